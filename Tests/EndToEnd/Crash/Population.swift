import CooperationModel
import Foundation
import Seeds
import ServiceKit

/// Who is there before the load begins: authorities with a profile and confirmed contacts, embassies with theirs.
struct CrashPopulation {
  let countries: [CountryCode]
  let collectivites: [CollectiviteID]
  let themes: [ThemeID]
  /// By country.
  var embassyContacts: [CountryCode: ContactID] = [:]
  /// The most leads that an authority takes in seven days, the same through the whole test.
  static let weeklyLimit = 20
  /// The year that is declared for.
  static let year = 2025
  let campaign: CampaignSettings

  init(_ reference: ReferenceData, collectivites count: Int) throws {
    guard let opening = Day("2026-01-01"), let closing = Day("2199-12-31") else {
      throw NoAnswer(description: "no campaign")
    }
    campaign = CampaignSettings(year: Self.year, opensOn: opening, closesOn: closing)
    countries = try ["BF", "NE", "MG", "CM", "MD", "TN"].map { try id($0) }
    themes = reference.themes.all.map(\.id).filter { $0.rawValue.split(separator: "/").count == 3 }.enumerated()
      .filter { $0.offset % 12 == 0 }.map(\.element)
    let towns: [CollectiviteID] = try [
      "35238", "44109", "69123", "31555", "29019", "33063", "59350", "67482", "13055", "34172", "06088", "21231",
      "38185",
      "49007", "51454", "63113", "76540", "87085", "25056", "14118", "45234", "37261", "54395", "57463", "80021",
      "86194",
      "83137", "30189", "42218", "72181",
    ].map { try id("commune:" + $0) }
    // Others from all over the registry, where there are to be more.
    let others = stride(from: 0, to: reference.registry.count, by: 397).lazy
      .map { reference.registry.id(at: Int32($0)) }.filter { !towns.contains($0) }
    collectivites = Array(towns.prefix(count)) + others.prefix(max(0, count - towns.count))
  }

  /// The commands that make them, as an import by an operator writes them.
  mutating func commands() throws -> [Command] {
    var commands: [Command] = []
    for country in countries {
      let contact = try contact(1, of: "embassy:\(country)")
      embassyContacts[country] = try id(contact.entity)
      commands.append(contact)
    }
    for (index, collectivite) in collectivites.enumerated() {
      commands.append(try contact(1, of: collectivite.rawValue))
      if index % 3 == 0 { commands.append(try contact(2, of: collectivite.rawValue)) }
      commands.append(
        try Self.command("profile.put", collectivite.rawValue, key: collectivite.rawValue, body: profile(index)))
    }
    return commands
  }

  /// A profile by number: the same number gives the same one.
  func profile(_ number: Int, isPaused: Bool = false) throws -> JSONValue {
    .object([
      "status": .string(isPaused ? "paused" : "active"), "weeklyLimit": .integer(Int64(Self.weeklyLimit)),
      "themes": .array((0..<3).map { .string(themes[(number * 2 + $0) % themes.count].rawValue) }),
      "countries": .array([.string(countries[number % countries.count].rawValue)]), "languages": ["fr"],
    ])
  }

  /// A request by number.
  func request(_ number: Int) -> (country: CountryCode, body: JSONValue) {
    let country = countries[number % countries.count]
    return (
      country,
      .object([
        "country": .string(country.rawValue), "title": .string("Demande \(number)"), "summary": "Ce qui est demandé.",
        "authorities": [["name": .string("Ville \(number)"), "kind": "municipality"]],
        "themes": .array((0..<2).map { .string(themes[(number + $0) % themes.count].rawValue) }), "languages": ["fr"],
        "contact": .string(embassyContacts[country]?.rawValue ?? ""),
      ])
    )
  }

  /// The lines of a declaration, with amounts that no other one has.
  func declaration(_ number: Int, _ dice: inout Dice) -> [DeclaredLine] {
    (0...Int.random(in: 0..<3, using: &dice)).map { line in
      DeclaredLine(
        category: dice.falls(30) ? .refugees : .onePercent, country: countries[(number + line) % countries.count],
        cents: Int64(number) * 1_000_00 + Int64.random(in: 1..<1_000_00, using: &dice))
    }
  }

  private func contact(_ number: Int, of owner: String) throws -> Command {
    try Self.command(
      "contact.import", StableID.uuid(of: ["crash-contact", owner, "\(number)"]), key: owner,
      body: [
        "status": "confirmed",
        "draft": [
          "owner": .string(owner), "name": "Relations internationales",
          "email": .string("\(owner.replacingOccurrences(of: ":", with: "-"))-\(number)@example.org".lowercased()),
        ],
      ])
  }

  private static func command(_ kind: String, _ entity: String, key: String, body: JSONValue) throws -> Command {
    Command(
      id: try id(StableID.uuid(of: ["crash-population", kind, entity])), kind: kind, entity: entity, partitionKey: key,
      receivedAt: SystemClock().now(),
      payload: Command.Payload(
        actor: Actor(issuer: "bourse", subject: "operator", role: .operator), ifMatch: nil,
        digest: StableID.digest(body: try JSON.encode(body), ifMatch: nil), body: body))
  }
}
