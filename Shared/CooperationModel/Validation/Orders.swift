/// The bodies of commands that order something about an entity rather than describe it.

/// Concludes a request: with whom.
public struct ConclusionOrder: Draft {
  public var partners: [CollectiviteID]

  public init(partners: [CollectiviteID]) { self.partners = partners }

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {
    let partners = reader.required(
      "partners", .collectivites(reference, atLeast: 1, atMost: RequestDraft.Limits.authorities))
    guard let partners else { return nil }
    self.partners = partners
  }
}

/// Closes a request without result: why.
public struct ClosingOrder: Draft {
  public var reason: String

  public init(reason: String) { self.reason = reason }

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {
    guard let reason = reader.required("reason", .lines(atMost: 500)) else { return nil }
    self.reason = reason
  }
}

/// Changes the language in which a contact is written to.
public struct LanguageOrder: Draft {
  public var language: Language

  public init(language: Language) { self.language = language }

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {
    guard let language = reader.required("language", .oneOf(Language.self)) else { return nil }
    self.language = language
  }
}

/// Answers a lead: the collectivité is interested or declines with a reason; the embassy introduces the two to each
/// other, and later concludes.
public struct LeadAnswer: Draft {
  public var answer: Answer
  /// Why it is declined; refused with any other answer.
  public var reason: Lead.Reason?

  public enum Answer: String, Codable, Sendable, CaseIterable {
    case interested, declined
    /// The embassy has put the two in touch.
    case introduced
    /// The two work together now.
    case concluded
  }

  public init(_ answer: Answer, reason: Lead.Reason? = nil) {
    self.answer = answer
    self.reason = reason
  }

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {
    let answer = reader.required("answer", .oneOf(Answer.self))
    reason = reader.optional("reason", .oneOf(Lead.Reason.answers))
    if answer == .declined, reason == nil, reader.violations.isEmpty { reader.note(.missing(reader.child("reason"))) }
    guard let answer else { return nil }
    self.answer = answer
  }
}

/// A command without anything to say: publish, confirm, unsubscribe. The body is empty or `{}`.
public struct EmptyOrder: Draft {
  public init() {}

  public init?(from reader: inout FieldReader, with reference: ReferenceData) {}
}
