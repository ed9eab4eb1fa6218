import CooperationModel
import Foundation
import Testing

@testable import Notifications

/// Things to write about, true to life; all addresses are examples.
enum Sample {
  static let now = instant("2026-11-24T08:30:00Z")

  static func instant(_ text: String) -> Instant { Instant(text) ?? Instant(milliseconds: 0) }

  static func id<ID: Identifier>(_ text: String, as type: ID.Type = ID.self) throws -> ID {
    try #require(ID(rawValue: text))
  }

  static func uuid(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
  }

  static func contact(
    _ number: Int = 1, owner: String = "commune:35051", status: Contact.Status = .confirmed,
    name: String = "Service des relations internationales", email: String = "international@cesson.example.fr",
    language: Language = .french, since: Instant = instant("2026-01-05T09:00:00Z")
  ) throws -> Contact {
    Contact(
      id: try id(uuid(number)), version: 1, owner: try id(owner), status: status, name: name, email: email,
      language: language, since: since)
  }

  static func embassyContact(_ number: Int = 900, country: String = "BF") throws -> Contact {
    try contact(
      number, owner: "embassy:\(country)", name: "Service de coopération et d’action culturelle, Ouagadougou",
      email: "scac.ouagadougou@example.org")
  }

  static func request(_ number: Int = 100, confirmBy: Instant? = nil, contact: Int? = 900) throws -> PartnershipRequest
  {
    PartnershipRequest(
      id: try id(uuid(number)), version: 3, status: .published, country: try id("BF"),
      authorities: [ForeignAuthority(name: "Ziniaré", kind: .municipality, population: 93_000)],
      title: "Gestion des déchets solides de la commune de Ziniaré",
      summary:
        "La commune de Ziniaré, chef-lieu de la région du Plateau-Central, veut organiser la pré-collecte et le tri des déchets ménagers avec les associations de quartier. Elle dispose d’un plan communal et d’un site de transfert, et cherche l’appui d’une collectivité qui a mené un projet comparable.",
      sought: "Une mission courte de deux agents pour un diagnostic, puis un accompagnement sur deux ans.",
      themes: [
        try id("environnement/eau-dechets/dechets"), try id("politique/gouvernance-locale/services-publics-locaux"),
      ],
      forms: [.mission, .technicalAssistance], languages: [try id("fr")], deadline: Day("2027-02-28"),
      contact: try contact.map { try id(uuid($0)) }, confirmBy: confirmBy)
  }

  static func lead(
    of request: PartnershipRequest, to collectivite: String = "commune:35051", status: Lead.Status = .offered,
    offeredAt: Instant = now, changedAt: Instant? = nil, reason: Lead.Reason? = nil
  ) throws -> Lead {
    var transitions = [Transition(at: offeredAt, by: "system", what: "offer", status: "offered")]
    if let changedAt {
      transitions.append(Transition(at: changedAt, by: "system", what: status.rawValue, status: status.rawValue))
    }
    return Lead(
      id: LeadID(request.id, try id(collectivite)), version: transitions.count, status: status, score: 782,
      factors: [Factor(code: .theme, points: 400, facts: ["theme": "environnement/eau-dechets/dechets"])],
      facts: Lead.RequestFacts(request), offeredAt: offeredAt,
      answerBy: status == .offered ? offeredAt + .days(30) : nil, reason: reason, transitions: transitions)
  }

  static let names = Names(
    country: { code, language in
      switch (code.rawValue, language) {
      case ("BF", _): "Burkina Faso"
      case ("MG", _): "Madagascar"
      case ("MD", .french): "Moldavie"
      case ("MD", .english): "Moldova"
      default: code.rawValue
      }
    },
    theme: { theme, language in
      switch (theme.rawValue, language) {
      case ("environnement/eau-dechets/dechets", .french): "Gestion des déchets"
      case ("environnement/eau-dechets/dechets", .english): "Waste management"
      case ("politique/gouvernance-locale/services-publics-locaux", .french): "Services publics locaux"
      case ("politique/gouvernance-locale/services-publics-locaux", .english): "Local public services"
      default: theme.rawValue
      }
    },
    language: { code, language in code.rawValue == "fr" ? (language == .french ? "français" : "French") : code.rawValue
    },
    collectivite: { ["commune:35051": "Cesson-Sévigné", "commune:35238": "Rennes"][$0.rawValue] ?? $0.rawValue },
    reasons: { _, _, language in
      language == .french
        ? [
          "Vous travaillez sur la gestion des déchets, le thème principal de la demande.",
          "Vous coopérez déjà avec le Burkina Faso depuis 2009.",
          "Vous avez le label PACT2 pour la gestion des déchets.",
        ]
        : [
          "You work on waste management, the request's main theme.",
          "You have been cooperating with Burkina Faso since 2009.", "You hold the PACT2 label for waste management.",
        ]
    })

  static let links: LinkMaker = { purpose, _, _ in
    let token = "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ." + String(repeating: "abcDEF123-_", count: 20) + ".c2lnbmF0dXJl"
    return switch purpose {
    case .answer(let lead, let interested):
      "https://bourse.example.org/leads/\(lead)/answer?interested=\(interested)&token=\(token)"
    case .confirmContact(let id): "https://bourse.example.org/contacts/\(id)/confirm?token=\(token)"
    case .confirmRequest(let id): "https://bourse.example.org/requests/\(id)/confirm?token=\(token)"
    case .unsubscribe(let id): "https://bourse.example.org/contacts/\(id)/unsubscribe?token=\(token)"
    case .signIn: "https://bourse.example.org/sign-in?token=\(token)"
    }
  }

  static func composer() throws -> Composer {
    Composer(
      senderName: "Bourse-projets – coopération décentralisée",
      sender: try #require(MailAddress("bourse-projets@example.org")), domain: "bourse.example.org", names: names,
      links: links)
  }

  static func message(_ causes: [Cause], to contact: Contact, kind: OutboundMessage.Kind? = nil) throws
    -> OutboundMessage
  {
    let first = try #require(causes.first)
    return OutboundMessage(
      id: MessageID(cause: first, contact: contact.id), version: 1, contact: contact.id, owner: contact.owner,
      kind: kind ?? (causes.count > 1 ? .digest : first.kind), subjects: causes.map(\.description), notBefore: now,
      createdAt: now)
  }

  /// The offer of a request to a collectivité's contact.
  static func offer(
    language: Language = .french,
    change: (inout PartnershipRequest, inout Contact, inout Contact) -> Void = { _, _, _ in }
  ) throws -> MailOrder {
    var request = try request()
    var contact = try contact(language: language)
    var embassy = try embassyContact()
    change(&request, &contact, &embassy)
    let lead = try lead(of: request)
    let cause = Cause(.offered, lead.id, at: lead.offeredAt)
    return MailOrder(
      message: try message([cause], to: contact), contact: contact, leads: [lead.id: lead],
      requests: [request.id: request], embassyContacts: [embassy.id: embassy])
  }

  static func mail(_ number: Int = 1, to address: String = "international@cesson.example.fr") throws -> ComposedMail {
    let order = try offer { _, contact, _ in
      contact.email = address
      if let id = ContactID(rawValue: uuid(number)) { contact.id = id }
    }
    return try composer().compose(order, at: now)
  }
}

/// A folder that is gone after the test.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "notifications-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
