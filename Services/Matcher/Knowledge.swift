import CooperationModel
import ServiceKit

/// The candidates and the model, kept in step with the global tables that they are made of.
struct Knowledge: Sendable {
  var candidates: Candidates
  /// Nil until the setting `scoring` was read, or while this build does not know its model.
  private(set) var model: ScoringModel?
  /// What the last change of a global table touched.
  private(set) var lastChange = CandidateChange()
  /// The last change was one of the model.
  private(set) var modelChanged = false

  init(_ landscape: Landscape) { candidates = Candidates(landscape) }

  /// Whether a change is one of the candidates: an import brings thousands of those, each of which may concern the same
  /// requests.
  static func isOfCandidates(_ change: TableChange) -> Bool {
    [Topics.profiles.topic, Topics.cooperations.topic, Topics.contacts.topic].contains(change.topic)
  }

  var ranking: Ranking? { model.map(Ranking.init) }

  mutating func absorb(_ change: TableChange) {
    lastChange = CandidateChange()
    modelChanged = false
    if let profile = change.of(Topics.profiles) {
      lastChange = candidates.update(profile: profile.after, for: profile.key)
    } else if let cooperation = change.of(Topics.cooperations) {
      lastChange = candidates.update(cooperation: cooperation.after, for: cooperation.key)
    } else if let contact = change.of(Topics.contacts) {
      lastChange = candidates.update(contact: contact.after, for: contact.key)
    } else if let setting = change.of(Topics.settings), setting.key == .scoring {
      let settings = try? setting.after?.value.decoded(as: ScoringSettings.self)
      let new = settings.flatMap(ScoringModel.init)
      modelChanged = new != model
      model = new
    }
  }
}
