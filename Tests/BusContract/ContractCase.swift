import Testing
import TopicBus

/// One promise of the bus, with the code that tries to break it.
public struct ContractCase: Sendable, CustomTestStringConvertible {
  /// The promise, as a sentence.
  public let name: String
  public let needs: Set<Need>
  let body: @Sendable (Contract) async throws -> Void

  init(_ name: String, needs: Set<Need> = [], _ body: @escaping @Sendable (Contract) async throws -> Void) {
    self.name = name
    self.needs = needs
    self.body = body
  }

  public var testDescription: String { name }

  /// Tries the case, and closes what it opened.
  public func run(on subject: ContractSubject) async throws {
    let contract = try await Contract(subject)
    do {
      try await body(contract)
    } catch {
      await contract.close()
      throw error
    }
    await contract.close()
  }
}

/// The suite that any bus must pass.
///
/// ```swift
/// @Suite("The embedded bus keeps the contract")
/// struct EmbeddedBusContract {
///   @Test(arguments: BusContract.cases(for: EmbeddedBus.features, crashes: true))
///   func keeps(_ promise: ContractCase) async throws {
///     try await promise.run(on: .embedded(in: temporaryFolder()))
///   }
/// }
/// ```
public enum BusContract {
  /// Every promise, whoever can keep it.
  public static let cases: [ContractCase] =
    topicCases + appendCases + readerCases + assignmentCases + takeoverCases + fetchCases + commitCases
    + fencingCases + concurrencyCases + operatorCases + housekeepingCases + modelCases

  /// The promises that a bus with these features makes.
  ///
  /// - Parameter crashes: whether the tests can let one of its processes die.
  public static func cases(for features: BusFeatures, crashes: Bool) -> [ContractCase] {
    var offered: Set<Need> = []
    if features.appendsAtomically { offered.insert(.atomicAppends) }
    if features.compacts { offered.insert(.compaction) }
    if features.hasTransactions { offered.insert(.transactions) }
    if features.fences { offered.insert(.fencing) }
    if crashes { offered.insert(.crashes) }
    return cases.filter { $0.needs.isSubset(of: offered) }
  }
}
