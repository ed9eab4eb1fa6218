import CooperationModel
import ServiceKit

/// What the routes read: every declaration with its totals, kept in step with the log, and who is known to act abroad.
package struct DeclarationFront: FrontState {
  package var declarations = View<DeclarationID, Declaration>()
  package var outcomes = View<CommandID, CommandOutcome>()
  package var settings = View<SettingID, Setting>()
  package var cooperations = View<CooperationID, Cooperation>()
  /// Derived from the declarations.
  package private(set) var ledger: DeclarationLedger
  /// Derived from the cooperations: how many each authority of today takes part in.
  private var activity: [CollectiviteID: Int] = [:]
  private let reference: ReferenceData

  package static let topology = Topology<DeclarationFront>("apd-front") {
    GlobalTable(Topics.declarations, into: \.declarations)
    GlobalTable(Topics.commandOutcomes, into: \.outcomes, window: .hours(24))
    GlobalTable(Topics.settings, into: \.settings)
    GlobalTable(Topics.cooperations, into: \.cooperations)
  }

  package init(reference: ReferenceData) {
    self.reference = reference
    ledger = DeclarationLedger(reference: reference)
  }

  /// Takes a table's change into what is derived from it.
  package static func absorb(_ change: TableChange, _ front: inout DeclarationFront) {
    if let declaration = change.of(Topics.declarations) {
      front.ledger.apply(declaration.key, declaration.after)
    } else if let cooperation = change.of(Topics.cooperations) {
      front.count(cooperation.before, -1)
      front.count(cooperation.after, 1)
    }
  }

  /// How many authorities of each kind could declare: all there are, or those with a cooperation in the Atlas.
  package func expected(onlyActive: Bool) -> [CollectiviteKind: Int] {
    guard onlyActive else {
      return Dictionary(
        uniqueKeysWithValues: CollectiviteKind.allCases.map { ($0, reference.registry.rows(of: $0).count) })
    }
    return activity.keys.reduce(into: [:]) { counts, id in counts[id.kind, default: 0] += 1 }
  }

  /// A revision as it is shown, with what is remarked on it.
  package func document(_ declaration: Declaration, in language: Language) -> DeclarationDocument {
    DeclarationDocument(declaration, remarks: remarks(on: declaration), in: language, with: reference)
  }

  package func remarks(on declaration: Declaration) -> [Violation] {
    let id = declaration.id
    let lastYear = ledger.counted(DeclarationLedger.Account(id.collectivite, id.year - 1))
    return Plausibility().remarks(on: declaration, by: reference.authority(id.collectivite), lastYear: lastYear)
  }

  private mutating func count(_ cooperation: Cooperation?, _ step: Int) {
    guard let cooperation else { return }
    for id in Set(cooperation.collectivites.map { reference.registry.current(of: $0) ?? $0 }) {
      let count = (activity[id] ?? 0) + step
      activity[id] = count > 0 ? count : nil
    }
  }
}
