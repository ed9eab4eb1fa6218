import BusContract
import SimulatedBus
import Testing

@Suite("The bus in memory keeps the contract", .timeLimit(.minutes(2)))
struct SimulatedBusContract {
  @Test(arguments: BusContract.cases(for: SimulatedBus.features(of: .embedded), crashes: true))
  func embedded(_ promise: ContractCase) async throws {
    try await promise.run(on: subject(.embedded))
  }

  @Test(
    "also where transactions leave markers",
    arguments: BusContract.cases(for: SimulatedBus.features(of: .kafka), crashes: true))
  func kafka(_ promise: ContractCase) async throws {
    try await promise.run(on: subject(.kafka))
  }

  private func subject(_ settings: SimulatedLog.Settings) -> ContractSubject {
    let bus = SimulatedBus(settings: settings)
    return ContractSubject(
      features: bus.features, open: { bus.another() }, crash: { ($0 as? SimulatedBus)?.crash() }, interleavings: 500)
  }
}
