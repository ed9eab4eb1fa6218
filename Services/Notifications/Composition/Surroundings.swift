import CooperationModel

/// The names of things in a reader's language, from the reference data. Whatever has no name is shown by its code.
package struct Names: Sendable {
  package var country: @Sendable (CountryCode, Language) -> String
  package var theme: @Sendable (ThemeID, Language) -> String
  package var language: @Sendable (LanguageCode, Language) -> String
  package var collectivite: @Sendable (CollectiviteID) -> String
  /// A lead's reasons as sentences, the weightiest first: spoken to the collectivité, or about it.
  package var reasons: @Sendable (Lead, Explanation.Voice, Language) -> [String]

  package init(
    country: @escaping @Sendable (CountryCode, Language) -> String,
    theme: @escaping @Sendable (ThemeID, Language) -> String,
    language: @escaping @Sendable (LanguageCode, Language) -> String,
    collectivite: @escaping @Sendable (CollectiviteID) -> String,
    reasons: @escaping @Sendable (Lead, Explanation.Voice, Language) -> [String]
  ) {
    self.country = country
    self.theme = theme
    self.language = language
    self.collectivite = collectivite
    self.reasons = reasons
  }

  /// The names in the reference data, and reasons as all of the suite says them.
  package init(_ reference: ReferenceData) {
    let explanation = Explanation(reference)
    self.init(
      country: { reference.countries[$0]?.name[$1] ?? $0.rawValue },
      theme: { reference.themes.label(of: $0, in: $1) ?? $0.rawValue },
      language: { LanguageNames.name($0, $1) },
      collectivite: { id in reference.registry.name(of: reference.registry.current(of: id) ?? id) ?? id.rawValue },
      reasons: { lead, voice, language in explanation.reasons(lead.factors, to: voice, in: language) })
  }

  func owner(_ owner: OwnerID, in reader: Language) -> String {
    switch owner.kind {
    case .collectivite(let id): collectivite(id)
    case .embassy(let code):
      reader == .french
        ? "ambassade de France (\(country(code, reader)))" : "the French embassy (\(country(code, reader)))"
    case .prefecture(let territory): reader == .french ? "préfecture (\(territory))" : "the préfecture (\(territory))"
    case .ministry: reader == .french ? "ministère" : "the ministry"
    }
  }
}

/// What a link in a message lets its reader do. Opening one changes nothing; the page behind it asks first.
package enum LinkPurpose: Hashable, Sendable {
  /// Answer a lead; the page begins with this answer chosen.
  case answer(LeadID, interested: Bool)
  case confirmContact(ContactID)
  case confirmRequest(RequestID)
  case unsubscribe(ContactID)
  case signIn(ContactID)
}

/// Makes a link with its token, signed when the message is sent and never stored: purpose, contact, time.
package typealias LinkMaker = @Sendable (LinkPurpose, Contact, Instant) throws -> String

/// Everything a message is composed from, taken at one time.
package struct MailOrder: Sendable {
  package var message: OutboundMessage
  package var contact: Contact
  package var leads: [LeadID: Lead]
  package var requests: [RequestID: PartnershipRequest]
  /// The embassies' contacts that the leads name, as far as they can be written to.
  package var embassyContacts: [ContactID: Contact]

  package init(
    message: OutboundMessage, contact: Contact, leads: [LeadID: Lead] = [:],
    requests: [RequestID: PartnershipRequest] = [:], embassyContacts: [ContactID: Contact] = [:]
  ) {
    self.message = message
    self.contact = contact
    self.leads = leads
    self.requests = requests
    self.embassyContacts = embassyContacts
  }
}

/// Why a message cannot be composed: a fault of its own data, that no repetition mends.
package enum CompositionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The contact's address cannot be written to. The address itself is not named: it may end up in a log.
  case address(ContactID)
  /// A link that is no printable ASCII or longer than 900 characters.
  case link
  /// None of its subjects is known.
  case nothingToSay

  package var description: String {
    switch self {
    case .address(let contact): "contact \(contact) has no valid e-mail address: correct it"
    case .link: "a link is longer than 900 characters or not printable ASCII: check the public address"
    case .nothingToSay: "nothing that the message is about is known any more"
    }
  }
}
