import BusContract
import EmbeddedBus
import Testing

@Suite("The bus on one file keeps the contract")
struct EmbeddedBusContract {
  @Test(arguments: BusContract.cases(for: EmbeddedBus.features, crashes: true))
  func contract(_ promise: ContractCase) async throws {
    let folder = try TemporaryFolder()
    try await promise.run(
      on: ContractSubject(
        features: EmbeddedBus.features, open: { try await EmbeddedBus(path: folder.log) },
        crash: { await ($0 as? EmbeddedBus)?.abandon() },
        interleavings: 20))
  }
}
