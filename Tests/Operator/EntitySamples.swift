import Seeds
import CooperationModel
import ServiceKit

/// Random values of every topic, with and without what may be missing, in every state.
struct EntitySamples {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  /// A channel's name and the value as it stands in a record.
  mutating func all() throws -> [(channel: String, value: JSONValue)] {
    [
      (Topics.partnershipRequests.name, try JSONValue(encoding: request())),
      (Topics.profiles.name, try JSONValue(encoding: profile())),
      (Topics.contacts.name, try JSONValue(encoding: contact())),
      (Topics.cooperations.name, try JSONValue(encoding: cooperation())),
      (Topics.matches.name, try JSONValue(encoding: matchSet())), (Topics.leads.name, try JSONValue(encoding: lead())),
      (Topics.outboundMessages.name, try JSONValue(encoding: message())),
      (Topics.declarations.name, try JSONValue(encoding: declaration())),
      (Topics.settings.name, try JSONValue(encoding: setting())),
      (Topics.commandOutcomes.name, try JSONValue(encoding: outcome())),
      (Topics.ingestionCommands.name, try JSONValue(encoding: command())),
    ]
  }

  // MARK: Entities

  private mutating func request() throws -> PartnershipRequest {
    PartnershipRequest(
      id: try id(), version: number(1...9), status: pick(PartnershipRequest.Status.allCases), country: try country(),
      authorities: some(1...3) { $0.foreignAuthority() }, title: text(), summary: text(), sought: text(),
      themes: try some(0...3) { try $0.theme() }, forms: some(0...2) { $0.pick(CooperationForm.allCases) },
      wanted: WantedPartner(
        kinds: some(0...2) { $0.pick(CollectiviteKind.allCases) }, populationMin: maybe(number(0...900)),
        populationMax: maybe(number(1_000...9_000)), territories: try some(0...2) { try $0.collectivite() },
        places: some(0...2) { $0.pick(PlaceKind.allCases) }, expertise: try some(0...1) { try $0.theme() }),
      languages: try some(0...2) { try $0.language() }, startsOn: maybe(day()), endsOn: maybe(day()),
      deadline: maybe(day()), budget: maybe(money()), fundingFound: maybe(money()),
      existingPartners: try some(0...2) { try $0.collectivite() }, contact: maybe(try id()),
      confirmBy: maybe(instant()),
      partners: try some(0...1) { try $0.collectivite() }, transitions: transitions())
  }

  private mutating func profile() throws -> Profile {
    Profile(
      collectivite: try collectivite(), version: number(1...9), status: pick([.active, .paused]),
      themes: try some(0...3) { try $0.theme() }, countries: try some(0...2) { try $0.country() },
      languages: try some(0...2) { try $0.language() }, labels: try some(0...1) { try $0.theme() },
      forms: some(0...2) { $0.pick(CooperationForm.allCases) }, weeklyLimit: number(0...20),
      delivery: pick(Profile.Delivery.allCases), transitions: transitions())
  }

  private mutating func contact() throws -> Contact {
    let owners = try ["ministry", "embassy:MG", "prefecture:35", collectivite().rawValue]
    return Contact(
      id: try id(), version: number(1...9), owner: try read(pick(owners)), status: pick(Contact.Status.allCases),
      name: text(), email: "contact@example.fr", language: pick(Language.allCases), since: instant(),
      transitions: transitions())
  }

  private mutating func cooperation() throws -> Cooperation {
    Cooperation(
      id: try id(), version: number(1...9), title: text(), country: try country(),
      foreignPartners: some(0...2) { $0.foreignAuthority() }, collectivites: try some(1...3) { try $0.collectivite() },
      themes: try some(0...2) { try $0.theme() }, startsOn: maybe(day()), endsOn: maybe(day()),
      status: pick(Cooperation.Status.allCases), description: text(), request: maybe(try id()),
      transitions: transitions())
  }

  private mutating func matchSet() throws -> MatchSet {
    MatchSet(
      request: try id(), requestVersion: number(1...9), scoring: number(1...3),
      ranked: try some(0...20) { try $0.match() }, prospects: try some(0...10) { try $0.match() })
  }

  private mutating func match() throws -> Match {
    Match(collectivite: try collectivite(), score: number(0...1_000), factors: some(0...3) { $0.factor() })
  }

  private mutating func lead() throws -> Lead {
    Lead(
      id: LeadID(try id(), try collectivite()), version: number(1...9), status: pick(Lead.Status.allCases),
      score: number(0...1_000), scoring: number(1...3), factors: some(0...3) { $0.factor() },
      facts: Lead.RequestFacts(try request()), offeredAt: instant(), answerBy: maybe(instant()),
      reason: maybe(pick(Lead.Reason.allCases)), transitions: transitions())
  }

  private mutating func message() throws -> OutboundMessage {
    OutboundMessage(
      id: try id(), version: number(1...9), contact: try id(), owner: OwnerID(try collectivite()),
      kind: pick(OutboundMessage.Kind.allCases), subjects: some(0...2) { $0.text() },
      status: pick(OutboundMessage.Status.allCases), attempt: number(0...5), notBefore: instant(), createdAt: instant(),
      outcome: maybe(OutboundMessage.Outcome(at: instant(), channel: pick(["", "smtp"]), detail: text())))
  }

  private mutating func declaration() throws -> Declaration {
    Declaration(
      id: DeclarationID(try collectivite(), year: number(2_000...2_100), revision: number(1...12)),
      status: pick(Declaration.Status.allCases), lines: try some(0...3) { try $0.line() }, submittedAt: instant(),
      by: text())
  }

  private mutating func line() throws -> DeclarationLine {
    DeclarationLine(
      category: pick(DeclarationLine.Category.allCases), recipient: "998", channel: "11002", purpose: "14030",
      typeOfAid: "C01", amount: money(), title: text(), description: text(),
      markers: pick([[:], ["gender": number(0...2)]]), cooperation: maybe(try id()))
  }

  private mutating func setting() throws -> Setting {
    let value = try JSONValue(encoding: SendingSettings(isOpen: pick([true, false])))
    return Setting(
      id: try read(pick(["scoring", "sending", "log", "campaign:2026", "revoked:a-b"])), version: number(1...9),
      value: value)
  }

  private mutating func outcome() throws -> CommandOutcome {
    let rejection = Rejection(pick(Rejection.Reason.allCases), at: "/a/0", code: "c", fr: text(), en: text())
    return CommandOutcome(
      command: try id(), kind: "request.publish", entity: text(), digest: pick(["", digest]), receivedAt: instant(),
      result: pick([.accepted(version: number(1...9), created: pick([true, false])), .rejected(rejection)]),
      origin: maybe(try origin()))
  }

  private mutating func command() throws -> Command.Payload {
    Command.Payload(
      actor: Actor(
        issuer: text(), subject: text(), role: pick(Actor.Role.allCases), country: maybe(try country()),
        collectivite: maybe(try collectivite()), territory: maybe("35"), onBehalf: maybe("ingestion")),
      ifMatch: maybe(number(1...9)), digest: digest, body: pick([.object(["title": .string(text())]), .null]),
      origin: maybe(try origin()))
  }

  // MARK: Parts

  private mutating func origin() throws -> CommandOrigin {
    CommandOrigin(import: try id(), line: number(1...900), version: maybe(number(1...9)))
  }

  private mutating func factor() -> Factor {
    Factor(
      code: pick(Factor.Code.allCases), points: number(-60...400), facts: pick([[:], ["theme": "eau", "shared": "2"]]))
  }

  private mutating func foreignAuthority() -> ForeignAuthority {
    ForeignAuthority(
      name: text(), kind: pick(ForeignAuthority.Kind.allCases), population: maybe(number(0...90_000)),
      longitude: maybe(2.25), latitude: maybe(-18))
  }

  private mutating func transitions() -> [Transition] {
    some(0...3) { Transition(at: $0.instant(), by: "embassy:MG", what: "publish", status: $0.text()) }
  }

  private let digest = String(repeating: "0f", count: 32)

  private mutating func theme() throws -> ThemeID {
    try read(pick(["environnement", "environnement/eau-dechets", "environnement/eau-dechets/eau-assainissement"]))
  }
  private mutating func country() throws -> CountryCode { try read(pick(["NE", "MG", "XK"])) }
  private mutating func language() throws -> LanguageCode { try read(pick(["fr", "pt"])) }
  private mutating func collectivite() throws -> CollectiviteID {
    try read(pick(["commune:35051", "region:53", "departement:2A", "epci:243500139", "collectivite:988"]))
  }
  private mutating func text() -> String { pick(["", "Eau « potable » – 100 %", "line\nline", "<b>&\"'"]) }
  private mutating func money() -> Money { Money(cents: Int64(number(-1_000_000...100_000_000_000))) }
  private mutating func day() -> Day { Day(daysSince1970: number(0...40_000)) }
  private mutating func instant() -> Instant { Instant(milliseconds: Int64(number(0...4_000_000_000_000))) }

  private mutating func id<T: Identifier>() throws -> T {
    try read(StableID.uuid(of: [String(number(0...1_000_000))]))
  }

  private func read<T: Identifier>(_ text: String) throws -> T {
    guard let value = T(rawValue: text) else { throw Failure.wrong(text) }
    return value
  }

  enum Failure: Error { case wrong(String) }

  // MARK: Chance

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + random.below(range.count)
  }
  private mutating func pick<T>(_ values: [T]) -> T { values[number(0...values.count - 1)] }
  private mutating func maybe<T>(_ value: T) -> T? { random.next() % 2 == 0 ? value : nil }
  private mutating func some<T>(_ count: ClosedRange<Int>, _ make: (inout Self) throws -> T) rethrows -> [T] {
    var values: [T] = []
    for _ in 0..<number(count) { values.append(try make(&self)) }
    return values
  }
}
