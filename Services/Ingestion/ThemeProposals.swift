import CooperationModel
import ServiceKit
import ThemeClassifier

/// A request as it was taken in, with the themes that its text speaks of: for the embassy to take over, or not. Nothing of
/// it is kept, and nothing that was declared is touched.
struct ProposedRequest: Encodable, Sendable {
  let request: PartnershipRequest
  let classifier: ThemeClassifier

  private enum Member: CodingKey {
    case proposedThemes
  }

  private struct Theme: Encodable {
    let theme: ThemeID
    let certainty: Int
    let completes: ThemeID?
  }

  /// Reads the text only now, beside the front's table.
  func encode(to encoder: any Encoder) throws {
    try request.encode(to: encoder)
    var container = encoder.container(keyedBy: Member.self)
    let themes = classifier.proposals(for: request).map {
      Theme(theme: $0.theme, certainty: $0.certainty, completes: $0.completes)
    }
    try container.encode(themes, forKey: .proposedThemes)
  }
}
