import CooperationModel
import Foundation
import ServiceKit
import Testing

/// The steps of the story: an embassy in Burkina Faso, five authorities in Brittany and elsewhere.
struct Story {
  let suite: RunningSuite
  let embassy: String
  let ministry: String
  private let country: CountryCode

  /// Works there already, on the theme; two leads a week at most.
  static let rennes = "commune:35238"
  /// Shares the theme; is written to in English.
  static let nantes = "commune:44109"
  /// Shares the theme, but has paused its profile.
  static let lyon = "commune:69123"
  /// Shares the theme, but has no contact.
  static let toulouse = "commune:31555"
  /// Has said nothing of itself.
  static let brest = "commune:29019"

  init(_ suite: RunningSuite) async throws {
    self.suite = suite
    country = try id("BF")
    embassy = try await suite.token(.embassy, country: country)
    ministry = try await suite.token(.ministry)
  }

  private func token(_ collectivite: String) async throws -> String {
    try await suite.token(.collectivite, collectivite: try id(collectivite))
  }

  // MARK: Contacts

  /// Everyone who is to be written to confirms by the link that it receives; opening it changes nothing.
  func contactsConfirm() async throws {
    for (owner, address, language) in [
      ("embassy:BF", "scac.bf@example.org", "fr"), (Self.rennes, "rennes@example.org", "fr"),
      (Self.nantes, "nantes@example.org", "en"), (Self.lyon, "lyon@example.org", "fr"),
    ] {
      let body: JSONValue = [
        "owner": .string(owner), "name": "Relations internationales", "email": .string(address),
        "language": .string(language),
      ]
      let created = try await suite.call(
        .ingestion, "POST", "/contacts", as: owner.hasPrefix("embassy") ? embassy : try await token(owner), body)
      #expect(created.status == 201, "\(created.text)")
      #expect(created.json["status"]?.string == "pending")
      let path = try #require(created.headers["location"])
      let mail = try await suite.maildir.mail(to: address, "asks to confirm")
      let link = try #require(mail.links("http").first { $0.contains("/confirm") })
      let page = try await follow(link)
      #expect(page.status == 200)
      #expect(try await suite.call(.ingestion, "GET", path, as: ministry).json["status"]?.string == "pending")
      let confirmed = try await post(link)
      #expect(confirmed.status == 200, "\(confirmed.text)")
      #expect(try await suite.call(.ingestion, "GET", path, as: ministry).json["status"]?.string == "confirmed")
    }
  }

  // MARK: Profiles

  func profilesAndCooperation() async throws {
    for (collectivite, limit, status) in [
      (Self.rennes, 2, "active"), (Self.nantes, 5, "active"), (Self.lyon, 5, "paused"), (Self.toulouse, 5, "active"),
    ] {
      let body: JSONValue = [
        "status": .string(status), "themes": ["environnement/eau-dechets/dechets"], "countries": ["BF"],
        "languages": ["fr"], "weeklyLimit": .integer(Int64(limit)),
      ]
      let put = try await suite.call(
        .ingestion, "PUT", "/profiles/\(collectivite)", as: try await token(collectivite), body)
      #expect(put.status == 201, "\(put.text)")
    }
    let sheet = try await suite.call(
      .ingestion, "POST", "/cooperations", as: try await token(Self.rennes),
      [
        "title": "Rennes – Bamako", "country": "ML", "foreignPartners": [["name": "Bamako", "kind": "municipality"]],
        "collectivites": [.string(Self.rennes)], "themes": ["environnement/eau-dechets/dechets"], "status": "active",
      ])
    #expect(sheet.status == 201, "\(sheet.text)")
  }

  // MARK: The request

  func publish(_ title: String, by authority: String = "Ziniaré") async throws -> String {
    let contacts = try await suite.bus.table(Topics.contacts)
    let contact = try #require(contacts.values.first { $0.owner.rawValue == "embassy:BF" })
    let submitted = try await suite.call(
      .ingestion, "POST", "/requests", as: embassy,
      [
        "country": "BF", "authorities": [["name": .string(authority), "kind": "municipality", "population": 93_000]],
        "title": .string(title), "summary": "Organiser la collecte et le tri avec les associations de quartier.",
        "sought": "Une mission courte de deux agents.", "themes": ["environnement/eau-dechets/dechets"],
        "languages": ["fr"], "contact": .string(contact.id.rawValue),
      ])
    #expect(submitted.status == 201, "\(submitted.text)")
    let path = try #require(submitted.headers["location"])
    let published = try await suite.call(.ingestion, "POST", path + "/publish", as: embassy, [:])
    #expect(published.json["status"]?.string == "published", "\(published.text)")
    return try #require(submitted.json["id"]?.string)
  }

  func matchesAreExplained(_ request: String) async throws {
    let french = try await matches(request, "fr")
    let ranked = french["ranked"]?.items ?? []
    #expect(ranked.map { $0["collectivite"]?.string } == [Self.rennes, Self.nantes])
    #expect(french["prospects"]?.items.map { $0["collectivite"]?.string } == [Self.toulouse])
    #expect(ranked.allSatisfy { !($0["reasons"]?.texts ?? []).isEmpty })
    let english = try await matches(request, "en")
    #expect(english["ranked"]?.items.first?["reasons"] != ranked.first?["reasons"])
    for (collectivite, standing) in [
      (Self.lyon, "paused"), (Self.brest, "not-candidate"), (Self.toulouse, "prospect"), (Self.rennes, "ranked"),
    ] {
      let verdict = try await suite.call(.matcher, "GET", "/matches/\(request)/\(collectivite)").json
      #expect(verdict["standing"]?.string == standing, "\(collectivite): \(verdict)")
      #expect(verdict["summary"]?.string?.isEmpty == false)
    }
  }

  /// What another model would change is told before it is applied, by the route that `bourse scoring diff` asks.
  func modelsAreCompared() async throws {
    let ministry = try await suite.token(.ministry)
    func difference(_ model: ScoringSettings) async throws -> JSONValue {
      let answer = try await suite.call(.matcher, "POST", "/scoring/diff", as: ministry, try JSONValue(encoding: model))
      #expect(answer.status == 200, "\(answer.text)")
      return answer.json
    }
    let same = try await difference(.standard)
    #expect(same["openRequests"]?.integer == 1 && same["changedRequests"]?.integer == 0, "\(same)")
    var strict = ScoringSettings.standard
    strict.threshold = 1_000
    let none = try await difference(strict)
    #expect(none["changedRequests"]?.integer == 1 && none["emptyAfter"]?.integer == 1, "\(none)")
    #expect(none["ranked"]?["left"]?.integer == 2 && none["prospects"]?["left"]?.integer == 1, "\(none)")
    strict.threshold = 0
    let refused = try await suite.call(
      .matcher, "POST", "/scoring/diff", as: ministry, try JSONValue(encoding: strict))
    #expect(refused.status == 422, "\(refused.text)")
  }

  private func matches(_ request: String, _ language: String) async throws -> JSONValue {
    try await eventually("the request has matches") {
      let answer = try await suite.call(
        .matcher, "GET", "/matches/\(request)", headers: ["Accept-Language": language])
      return answer.json["ranked"]?.items.count == 2 ? answer.json : nil
    }
  }

  // MARK: Leads

  func leadsAreAnnounced(_ request: String) async throws {
    let french = try await offer(request, to: "rennes@example.org")
    #expect(french.replyTo == "scac.bf@example.org")
    #expect(french.subject.contains("Ziniaré"))
    #expect(french.text.contains("Pourquoi"))
    #expect(french.headers["list-unsubscribe"]?.contains("/unsubscribe?token=") == true)
    let english = try await offer(request, to: "nantes@example.org")
    #expect(english.text.contains("Why"))
    #expect(english.headers["content-language"] == "en")
    let verdict = try await suite.call(
      .matcher, "GET", "/matches/\(request)", headers: ["Accept-Language": "fr"]
    ).json["ranked"]?.items.first
    #expect(verdict?["reasons"]?.texts.isEmpty == false)
    let leads = try await leads(of: request)
    #expect(leads.map(\.id.collectivite.rawValue) == [Self.rennes, Self.nantes])
    #expect(
      try suite.maildir.mails.allSatisfy {
        $0.to != "lyon@example.org" || $0.links("http").contains { $0.contains("/confirm") }
      })
  }

  /// The e-mail that offers the request to that address.
  private func offer(_ request: String, to address: String) async throws -> Mail {
    try await suite.maildir.mail(to: address, "offers \(request)") { mail in
      Self.token(in: mail.links("http").first { $0.contains("/answer") } ?? "").map {
        Self.target($0).hasPrefix(request)
      } ?? false
    }
  }

  private func leads(of request: String) async throws -> [Lead] {
    try await suite.bus.table(Topics.leads).values.filter { $0.id.request.rawValue == request }
      .sorted { $0.id < $1.id }
  }

  /// Answering by the link: the page changes nothing, its form does, and a second click does nothing more.
  func answer(_ request: String) async throws {
    let mail = try await offer(request, to: "rennes@example.org")
    let link = try #require(mail.links("http").first { $0.contains("answer=interested") })
    let page = try await follow(link)
    #expect(page.status == 200)
    #expect(page.text.contains("Ziniaré"))
    #expect(try await leads(of: request).allSatisfy { $0.status == .offered })
    for _ in 0..<2 {
      let answered = try await post(link, ["answer": "interested"])
      #expect(answered.status == 200, "\(answered.text)")
    }
    let lead = try await leads(of: request).first { $0.id.collectivite.rawValue == Self.rennes }
    #expect(lead?.status == .interested)
    #expect(lead?.version == 2)
    let news = try await suite.maildir.mail(to: "scac.bf@example.org", "Rennes is interested") {
      $0.subject.contains("Rennes")
    }
    #expect(news.text.contains("Gestion des déchets de Ziniaré"))
  }

  /// Concluding makes the Atlas's sheet, tells the partner, and ends the other open leads.
  func conclude(_ request: String) async throws {
    let concluded = try await suite.call(
      .ingestion, "POST", "/requests/\(request)/conclude", as: embassy, ["partners": [.string(Self.rennes)]])
    #expect(concluded.json["status"]?.string == "concluded", "\(concluded.text)")
    try await until("the sheet is in the Atlas") {
      try await suite.call(.ingestion, "GET", "/cooperations?country=BF").json["items"]?.items.count == 1
    }
    try await until("the leads have ended") {
      let leads = try await leads(of: request)
      return Set(leads.map(\.status)) == [.concluded, .withdrawn]
    }
    _ = try await suite.maildir.mail(to: "rennes@example.org", "is concluded") { $0.subject.contains("conclu") }
    let ended = try await suite.maildir.mail(to: "nantes@example.org", "has ended") { $0.headers["in-reply-to"] != nil }
    #expect(ended.headers["in-reply-to"] == (try await offer(request, to: "nantes@example.org")).messageID)
  }

  /// Unsubscribing with one click, as mail programs do it, ends what was offered.
  func unsubscribe(_ request: String) async throws {
    let mail = try await offer(request, to: "nantes@example.org")
    let link = try #require(mail.headers["list-unsubscribe"]?.trimmingCharacters(in: ["<", ">"]))
    let done = try await post(link, ["List-Unsubscribe": "One-Click"])
    #expect(done.status == 200, "\(done.text)")
    try await until("the lead is withdrawn") {
      try await leads(of: request).contains {
        $0.id.collectivite.rawValue == Self.nantes && $0.status == .withdrawn && $0.reason == .noContact
      }
    }
  }

  /// Rennes has had one lead this week and takes two: the next request is offered to it, the one after is not.
  func weeklyLimitHolds(_ next: String, _ after: String) async throws {
    _ = try await offer(next, to: "rennes@example.org")
    try await eventually("the request is ranked") {
      try await suite.bus.table(Topics.matches).values.first { $0.request.rawValue == after }
    }
    // What was to be offered is offered before the allocator takes what came later: an answer passes through it.
    let probe = try #require(try await leads(of: next).first)
    let introduced = try await suite.call(
      .matcher, "POST", "/leads/\(probe.id)/answer", as: ministry, ["answer": "interested"])
    #expect(introduced.status == 200, "\(introduced.text)")
    #expect(try await leads(of: after).isEmpty)
    let verdict = try await suite.call(.matcher, "GET", "/matches/\(after)/\(Self.rennes)").json
    #expect(verdict["standing"]?.string == "ranked")
  }

  // MARK: Links

  private func follow(_ link: String) async throws -> Answer {
    let (port, path) = try Self.parts(link)
    return try await HTTPRequest(method: "GET", path: path).send(port: port)
  }

  /// Sends the form of a link's page.
  private func post(_ link: String, _ fields: [String: String] = [:]) async throws -> Answer {
    let (port, path) = try Self.parts(link)
    let token = try #require(Self.token(in: link))
    // A mail program's own button posts to the link itself; a page's form carries the token.
    let isOneClick = fields["List-Unsubscribe"] != nil
    let form = (isOneClick ? fields : fields.merging(["token": token]) { $1 }).map { "\($0.key)=\($0.value)" }
    let target = isOneClick ? path : String(path.split(separator: "?")[0])
    return try await HTTPRequest(
      method: "POST", path: target, headers: ["Content-Type": "application/x-www-form-urlencoded"],
      body: Data(form.joined(separator: "&").utf8)
    ).send(port: port)
  }

  private static func parts(_ link: String) throws -> (port: Int, path: String) {
    let url = try #require(URLComponents(string: link))
    return (try #require(url.port), url.path + (url.percentEncodedQuery.map { "?\($0)" } ?? ""))
  }

  private static func token(in link: String) -> String? {
    URLComponents(string: link)?.queryItems?.first { $0.name == "token" }?.value
  }

  /// What a link's token is about.
  private static func target(_ token: String) -> String {
    let parts = token.split(separator: ".")
    guard parts.count == 3 else { return "" }
    var text = parts[1].replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
    text += String(repeating: "=", count: (4 - text.count % 4) % 4)
    let claims = Data(base64Encoded: text).flatMap { try? JSON.decode(JSONValue.self, from: $0) }
    guard case .object(let members) = claims else { return "" }
    return members.values.compactMap(\.string).first { $0.contains("~") } ?? ""
  }
}
