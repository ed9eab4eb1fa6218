import CooperationModel

/// What an e-mail says, before it is text or HTML: both are made from it, so both say the same.
package struct Letter: Equatable, Sendable {
  package var language: Language
  package var subject: String
  /// Shown by mail programs beside the subject.
  package var preview: String
  package var blocks: [Block]
  /// Why it came, and how to stop it.
  package var footer: [Block]

  package enum Block: Equatable, Sendable {
    /// The letter's one heading.
    case heading(String)
    /// The head of one of several parts.
    case part(String)
    /// The head of a few lines within a part.
    case section(String)
    case paragraph(String)
    case list([String])
    case facts([Fact])
    case actions([Action])
    /// Less important than the rest.
    case note(String)
    case link(Action)
    case separator
  }

  package struct Fact: Equatable, Sendable {
    package var label: String
    package var value: String
  }

  package struct Action: Equatable, Sendable {
    package var label: String
    package var url: String
    package var isMain: Bool = false
  }
}
