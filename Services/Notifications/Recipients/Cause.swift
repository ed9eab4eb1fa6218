import CooperationModel
import Crypto

/// Why a message exists: one fact about one thing, at one time.
///
/// Its text stands in ``OutboundMessage/subjects`` (`offered/<lead>/2026-11-24T08:30:00.000Z`), so what a contact was
/// written about is read off the messages alone, in a digest too, and an ended and renewed offer is another cause.
package struct Cause: Hashable, Comparable, Sendable, LosslessStringConvertible {
  package enum Fact: String, Sendable, CaseIterable {
    /// A lead was offered; `at` is when.
    case offered
    /// An announced lead ended without the collectivité's doing; `at` is when.
    case ended
    /// A collectivité answered a lead; `at` is when.
    case answered
    /// A new contact is to confirm; `at` is since when it is new.
    case confirmContact = "confirm-contact"
    /// A request is to be confirmed again; `at` is by when.
    case confirmRequest = "confirm-request"
    /// Someone asked for a link to sign in; `at` is when.
    case signIn = "sign-in"
  }

  package let fact: Fact
  /// The id of the lead, contact or request.
  package let subject: String
  package let at: Instant

  package init(_ fact: Fact, _ subject: some Identifier, at: Instant) {
    self.fact = fact
    self.subject = subject.rawValue
    self.at = at
  }

  package init?(_ description: String) {
    let parts = description.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let fact = Fact(rawValue: String(parts[0])), let at = Instant(String(parts[2])) else {
      return nil
    }
    self.fact = fact
    self.subject = String(parts[1])
    self.at = at
  }

  package var description: String { "\(fact.rawValue)/\(subject)/\(at)" }

  package var lead: LeadID? { LeadID(rawValue: subject) }
  package var request: RequestID? { RequestID(rawValue: subject) }

  /// The kind of a message about this cause alone.
  package var kind: OutboundMessage.Kind {
    switch fact {
    case .offered: .leads
    case .ended: .leadsEnded
    case .answered: .answer
    case .confirmContact: .confirmContact
    case .confirmRequest: .confirmRequest
    case .signIn: .signIn
    }
  }

  /// The order in which things happened, ties broken by their text.
  package static func < (left: Self, right: Self) -> Bool {
    (left.at, left.fact.rawValue, left.subject) < (right.at, right.fact.rawValue, right.subject)
  }
}

extension MessageID {
  /// The message to this contact about this cause.
  package init(cause: Cause, contact: ContactID) { self.init(period: cause.description, contact: contact) }

  /// The message to this contact for this period: the name of a digest, or a cause's text.
  package init(period: String, contact: ContactID) {
    self.init(digest: SHA256.hash(data: Array("\(period)\n\(contact)".utf8)))
  }
}

extension OutboundMessage {
  /// What it is about, in the order in which it is told. Subjects that are no causes (another writer's) are left out.
  package var causes: [Cause] { subjects.compactMap(Cause.init) }
}
