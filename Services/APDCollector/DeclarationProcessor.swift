import CooperationModel
import ServiceKit

/// What the decider keeps: the declarations of its partitions, the outcomes it gave, and the campaigns' settings.
package struct DeclarationState: DecidingState {
  package var declarations = Table<DeclarationID, Declaration>()
  package var outcomes = Table<CommandID, CommandOutcome>()
  package var settings = View<SettingID, Setting>()

  package init() {}
}

/// Takes submitted declarations: each becomes its authority's next revision, or has its reasons why not.
///
/// A revision and the mark on the one it supersedes are written together, in one step.
package struct DeclarationProcessor: Decider {
  package typealias EntityID = DeclarationID

  /// The one thing that can be asked for.
  package static let submit = "declaration.submit"

  package static let topology = Topology<DeclarationState>("apd-declarations") {
    Commands(Topics.apdCommands)
    Kept(Topics.declarations, into: \.declarations)
    Kept(Topics.commandOutcomes, into: \.outcomes, window: outcomeReach, where: { $0.kind == submit })
    GlobalTable(Topics.settings, into: \.settings)
  }

  private let reference: ReferenceData
  private let decider: DeclarationDecider

  package init(reference: ReferenceData) {
    self.reference = reference
    decider = DeclarationDecider(reference: reference)
  }

  package func decide(
    _ command: Command, _ state: inout Overlay<DeclarationState>, _ context: Context
  ) throws(Rejection) -> Decision {
    guard command.kind == Self.submit, let addressee = CollectiviteID(command.partitionKey) else {
      throw Rejection(
        .invalid, code: "unknown-command", fr: "La commande «\u{202F}\(command.kind)\u{202F}» n’existe pas ici.",
        en: "There is no command \"\(command.kind)\" here.")
    }
    let draft = DeclarationDraft(reading: command.payload.body, with: reference)
    let submission = DeclarationSubmission(
      actor: command.payload.actor, receivedAt: command.receivedAt, ifMatch: command.payload.ifMatch,
      addressee: addressee, draft: draft)
    let decision = try decider.decide(
      submission, existing: revisions(of: addressee, year: draft.year, in: state.declarations),
      campaign: draft.year.flatMap { CampaignSettings(of: $0, in: state.settings) })
    let declaration = decision.declaration
    if !decision.isRepeat {
      state.declarations[declaration.id] = declaration
      if let superseded = decision.superseded { state.declarations[superseded.id] = superseded }
    }
    return Decision(version: declaration.id.revision, isCreated: declaration.id.revision == 1 && !decision.isRepeat)
  }

  package func partition(of id: DeclarationID, in state: DeclarationState) -> Int? {
    state.declarations.partition(of: id)
  }

  /// They are numbered without gap.
  private func revisions(
    of collectivite: CollectiviteID, year: Int?, in table: Table<DeclarationID, Declaration>
  ) -> [Declaration] {
    guard let year else { return [] }
    var found: [Declaration] = []
    while let next = table[DeclarationID(collectivite, year: year, revision: found.count + 1)] { found.append(next) }
    return found
  }
}

extension CampaignSettings {
  /// A year's campaign as it was set; nil when it was not, or cannot be read: the usual window holds then.
  package init?(of year: Int, in settings: View<SettingID, Setting>) {
    guard let id = SettingID("campaign:\(year)"), let setting = settings[id],
      let campaign = try? setting.value.decoded(as: CampaignSettings.self)
    else { return nil }
    self = campaign
  }
}
