import CooperationModel
import TopicBus

@testable import ServiceKit

// What people wish. They see what the log holds, or held a little earlier, and make mistakes.

extension SuiteRun {
  private static let embassyContactNames = ["a", "b"]

  /// - Parameter isFounding: whether it makes what a market needs to begin with.
  func appendCommand(isFounding: Bool = false, _ chance: inout Chance) {
    try? chronicle.catchUp(log)
    let command: Command
    if isFounding {
      command = found(&chance)
    } else if !appended.isEmpty, chance.happens(oneIn: 8), var again = chance.pick(appended)?.command {
      // Somebody repeats, through whichever front, sometimes with another body.
      again.receivedAt = now
      if chance.happens(oneIn: 4) {
        again.payload.body = .object(["reason": .string("another body")])
        again.payload.digest = "another"
      }
      command = again
    } else {
      command = wish(&chance)
    }
    let topic = Self.topic(of: command.kind)
    guard let record = try? topic.record(command, source: "front") else { return }
    do {
      _ = try log.append([record], by: "front")
      appended.append((command, true))
      note("\(command.kind) \(command.entity) \(short(command.id.rawValue))\(ifMatch(command)) appended")
    } catch {
      appended.append((command, false))
      note("\(command.kind) \(command.entity) \(short(command.id.rawValue)): \(error)")
    }
  }

  private func ifMatch(_ command: Command) -> String { command.payload.ifMatch.map { " of version \($0)" } ?? "" }
  private func short(_ id: String) -> Substring { id.prefix(8) }

  static func topic(of kind: String) -> CommandTopic {
    if kind.hasPrefix("lead.") { return Topics.leadCommands }
    return kind.hasPrefix("declaration.") ? Topics.apdCommands : Topics.ingestionCommands
  }

  private func wish(_ chance: inout Chance) -> Command {
    switch chance.below(40) {
    case 0..<9: createRequest(&chance)
    case 9..<15: moveRequest(&chance)
    case 15..<21: putProfile(&chance)
    case 21..<25: createContact(&chance)
    case 25..<29: moveContact(&chance)
    case 29..<31: putCooperation(&chance)
    case 31..<36: answerLead(&chance)
    case 36..<39: declare(&chance)
    default: mergeProfile(&chance)
    }
  }

  /// Contacts and profiles of a few authorities, and published requests that may concern them.
  private func found(_ chance: inout Chance) -> Command {
    let all = cast.authorities
    let id = all[(Int(plan.seed % UInt64(all.count)) + chance.below(4)) % all.count]
    switch chance.below(4) {
    case 0: return importContact(of: OwnerID(id), nil, &chance)
    case 1: return putProfile(of: id, &chance)
    default: return importRequest(&chance)
    }
  }

  private func command(
    _ kind: String, _ entity: (CommandID) -> String, key: String? = nil, by actor: Actor, ifMatch: Int? = nil,
    _ body: JSONValue, _ chance: inout Chance
  ) -> Command {
    let id = StableID.command(
      issuer: "simulation", subject: actor.subject, method: "POST", route: kind, target: "",
      key: "\(plan.seed) \(chance.next())")
    let entity = entity(id)
    return Command(
      id: id, kind: kind, entity: entity, partitionKey: key ?? entity, receivedAt: now,
      payload: Command.Payload(
        actor: actor, ifMatch: ifMatch, digest: StableID.digest(body: id.rawValue.utf8, ifMatch: ifMatch), body: body))
  }

  /// The version that somebody saw: mostly the current one.
  private func seen(_ version: Int, _ chance: inout Chance) -> Int? {
    switch chance.below(12) {
    case 0: nil
    case 1: version - 1
    default: version
    }
  }

  // MARK: Actors

  private func ministry(_ chance: inout Chance) -> Actor { Actor(issuer: "simulation", subject: "m", role: .ministry) }

  private func embassy(_ country: CountryCode, _ chance: inout Chance) -> Actor {
    // Now and then that of another country.
    let own = chance.happens(oneIn: 15) ? chance.pick(cast.countries) ?? country : country
    return Actor(issuer: "simulation", subject: "e-\(own)", role: .embassy, country: own)
  }

  private func authority(_ id: CollectiviteID, _ chance: inout Chance) -> Actor {
    let own = chance.happens(oneIn: 15) ? chance.pick(cast.authorities) ?? id : id
    return Actor(issuer: "simulation", subject: "c-\(own)", role: .collectivite, collectivite: own)
  }

  // MARK: Requests

  private func requestBody(_ country: CountryCode, _ chance: inout Chance) -> JSONValue {
    var body: [String: JSONValue] = [
      "country": .string(chance.happens(oneIn: 20) ? "ZZ" : country.rawValue),
      "authorities": .array([
        .object([
          "name": .string("Ville \(chance.below(6))"), "kind": .string("municipality"),
          "population": .integer(Int64(1_000 + chance.below(200_000))),
        ])
      ]),
      "title": .string("Demande \(chance.below(1_000))"), "summary": .string("Ce que l’on cherche."),
      "themes": .array(chance.some(cast.themes, atMost: 4).map { .string($0.rawValue) }),
      "languages": .array([.string("fr")]), "forms": .array(chance.happens(oneIn: 2) ? [.string("twinning")] : []),
    ]
    if !chance.happens(oneIn: 8) { body["contact"] = .string(contactOfEmbassy(country, chance.below(2))) }
    if chance.happens(oneIn: 5) { body["deadline"] = .string((now.day + (chance.below(80) - 5)).description) }
    if chance.happens(oneIn: 6), let partner = chance.pick(cast.authorities) {
      body["existingPartners"] = .array([.string(partner.rawValue)])
    }
    return .object(body)
  }

  /// The id that an embassy's contact will have, whether it is there or not.
  private func contactOfEmbassy(_ country: CountryCode, _ number: Int) -> String {
    StableID.uuid(of: ["embassy-contact", country.rawValue, "\(number)"])
  }

  private func createRequest(_ chance: inout Chance) -> Command {
    let country = chance.pick(cast.countries) ?? cast.countries[0]
    let body = requestBody(country, &chance)
    let actor = embassy(country, &chance)
    let id: (CommandID) -> String = { StableID.uuid(of: ["request", $0.rawValue]) }
    switch chance.below(6) {
    case 0: return command("request.draft", id, by: actor, body, &chance)
    case 1: return command("request.submit", id, by: actor, body, &chance)
    default: return importRequest(&chance)
    }
  }

  private func importRequest(_ chance: inout Chance) -> Command {
    let country = chance.pick(cast.countries) ?? cast.countries[0]
    let body: JSONValue = .object(["draft": requestBody(country, &chance), "status": .string("published")])
    return command(
      "request.import", { StableID.uuid(of: ["request", $0.rawValue]) }, by: embassy(country, &chance), body, &chance)
  }

  private func moveRequest(_ chance: inout Chance) -> Command {
    guard let request = chance.pick(chronicle.requests.living) else { return createRequest(&chance) }
    let actor = embassy(request.country, &chance)
    let kind = ["change", "change", "publish", "publish", "confirm", "contact", "conclude", "close", "submit"]
    let verb = chance.pick(kind) ?? "change"
    let needsVersion = verb == "change"
    let ifMatch = needsVersion || chance.happens(oneIn: 4) ? seen(request.version, &chance) : nil
    let body: JSONValue =
      switch verb {
      case "change": requestBody(request.country, &chance)
      case "conclude":
        .object([
          "partners": .array(
            [chance.pick(cast.authorities) ?? cast.authorities[0]].map { .string($0.rawValue) })
        ])
      case "close": .object(chance.happens(oneIn: 6) ? [:] : ["reason": .string("sans suite")])
      default: .object([:])
      }
    return command("request.\(verb)", { _ in request.id.rawValue }, by: actor, ifMatch: ifMatch, body, &chance)
  }

  // MARK: Profiles

  private func putProfile(of one: CollectiviteID? = nil, _ chance: inout Chance) -> Command {
    let id = one ?? chance.pick(cast.authorities) ?? cast.authorities[0]
    let body: JSONValue = .object([
      "themes": .array(chance.some(cast.themes, atMost: 5).map { .string($0.rawValue) }),
      "countries": .array(chance.some(cast.countries, atMost: 3).map { .string($0.rawValue) }),
      "weeklyLimit": .integer(chance.happens(oneIn: 30) ? 99 : Int64(chance.below(4))),
      "status": .string(chance.happens(oneIn: 8) ? "paused" : "active"),
      "delivery": .string(chance.happens(oneIn: 3) ? "daily" : "immediate"),
    ])
    let version = chronicle.profiles[id]?.version
    return command(
      "profile.put", { _ in id.rawValue }, by: authority(id, &chance),
      ifMatch: version.flatMap { seen($0, &chance) }, body, &chance)
  }

  private func mergeProfile(_ chance: inout Chance) -> Command {
    let id = chance.happens(oneIn: 5) ? cast.authorities[0] : cast.former.old
    return command("profile.merge", { _ in id.rawValue }, by: ministry(&chance), .object([:]), &chance)
  }

  // MARK: Contacts

  private func createContact(_ chance: inout Chance) -> Command {
    let isEmbassy = chance.happens(oneIn: 3)
    let country = chance.pick(cast.countries) ?? cast.countries[0]
    let collectivite = chance.happens(oneIn: 8) ? cast.former.successor : chance.pick(cast.authorities)
    let owner = isEmbassy ? OwnerID.embassy(country) : OwnerID(collectivite ?? cast.authorities[0])
    let number = chance.below(2)
    let id: (CommandID) -> String = { [self] command in
      isEmbassy
        ? contactOfEmbassy(country, number) : StableID.uuid(of: ["contact", command.rawValue, owner.rawValue])
    }
    if !chance.happens(oneIn: 3) { return importContact(of: owner, id, &chance) }
    let actor = isEmbassy ? embassy(country, &chance) : authority(collectivite ?? cast.authorities[0], &chance)
    return command("contact.create", id, key: owner.rawValue, by: actor, contactBody(owner, &chance), &chance)
  }

  private func contactBody(_ owner: OwnerID, _ chance: inout Chance) -> JSONValue {
    .object([
      "owner": .string(owner.rawValue), "name": .string("Service \(chance.below(100))"),
      "email": .string("service\(chance.below(1_000))@example.org"), "language": .string("fr"),
    ])
  }

  private func importContact(
    of owner: OwnerID, _ id: ((CommandID) -> String)? = nil, _ chance: inout Chance
  ) -> Command {
    command(
      "contact.import", id ?? { StableID.uuid(of: ["contact", $0.rawValue, owner.rawValue]) }, key: owner.rawValue,
      by: ministry(&chance), .object(["draft": contactBody(owner, &chance), "status": .string("confirmed")]), &chance)
  }

  private func moveContact(_ chance: inout Chance) -> Command {
    // Often somebody to whom something is on its way.
    let waiting =
      chance.happens(oneIn: 2) ? chance.pick(outside.hanging).flatMap { chronicle.contacts[$0.contact] } : nil
    guard let contact = waiting ?? chance.pick(chronicle.contacts.living) else { return createContact(&chance) }
    let itself = Actor(issuer: "link", subject: contact.id.rawValue, role: .contact)
    func command(_ verb: String, by actor: Actor, ifMatch: Int? = nil, _ body: JSONValue = .object([:])) -> Command {
      self.command(
        "contact.\(verb)", { _ in contact.id.rawValue }, key: contact.owner.rawValue, by: actor, ifMatch: ifMatch,
        body, &chance)
    }
    switch waiting == nil ? chance.below(10) : 3 + chance.below(4) {
    case 0..<4: return command("confirm", by: chance.happens(oneIn: 8) ? ministry(&chance) : itself)
    case 4..<6: return command("unsubscribe", by: itself)
    case 6: return command("erase", by: ministry(&chance))
    default:
      let seen = seen(contact.version, &chance)
      return command(
        "change", by: ministry(&chance), ifMatch: seen,
        .object([
          "owner": .string(contact.owner.rawValue), "name": .string(contact.name), "language": .string("en"),
          "email": .string(chance.happens(oneIn: 2) ? contact.email : "other\(chance.below(100))@example.org"),
        ]))
    }
  }

  // MARK: Cooperations

  private func putCooperation(_ chance: inout Chance) -> Command {
    let existing = chance.happens(oneIn: 3) ? chance.pick(chronicle.cooperations.living) : nil
    let country = chance.pick(cast.countries) ?? cast.countries[0]
    let collectivite = chance.happens(oneIn: 6) ? cast.former.old : chance.pick(cast.authorities)
    let body: JSONValue = .object([
      "title": .string("Coopération \(chance.below(100))"), "country": .string(country.rawValue),
      "foreignPartners": .array([
        .object(["name": .string("Ville \(chance.below(6))"), "kind": .string("municipality")])
      ]),
      "collectivites": .array([.string((collectivite ?? cast.authorities[0]).rawValue)]),
      "themes": .array(chance.some(cast.themes, atMost: 2).map { .string($0.rawValue) }),
      "status": .string(chance.pick(["planned", "active", "ended"]) ?? "active"),
    ])
    guard let existing else {
      return command(
        "cooperation.create", { StableID.uuid(of: ["cooperation", $0.rawValue]) }, by: ministry(&chance), body, &chance)
    }
    return command(
      "cooperation.change", { _ in existing.id.rawValue }, by: ministry(&chance),
      ifMatch: seen(existing.version, &chance), body, &chance)
  }

  // MARK: Answers

  private func answerLead(_ chance: inout Chance) -> Command {
    let told = chance.happens(oneIn: 3) ? chance.pick(outside.hanging)?.causes.first?.lead : nil
    let leads = told.flatMap { chronicle.leads[$0] }.map { [$0] } ?? chronicle.leads.living
    guard let lead = chance.pick(leads) else { return putProfile(&chance) }
    let answer = chance.pick(["interested", "interested", "declined", "introduced", "concluded"]) ?? "interested"
    var body: [String: JSONValue] = ["answer": .string(answer)]
    if answer == "declined", !chance.happens(oneIn: 8) {
      body["reason"] = .string(chance.pick(["theme", "country", "capacity"]) ?? "theme")
    }
    let isAuthority = answer == "interested" || answer == "declined"
    let actor = isAuthority ? authority(lead.id.collectivite, &chance) : embassy(lead.facts.country, &chance)
    return command(
      "lead.answer", { _ in lead.id.rawValue }, by: actor,
      ifMatch: chance.happens(oneIn: 4) ? seen(lead.version, &chance) : nil, .object(body), &chance)
  }

  // MARK: Declarations

  private func declare(_ chance: inout Chance) -> Command {
    let id = chance.pick(cast.authorities) ?? cast.authorities[0]
    let year = chance.happens(oneIn: 6) ? 2026 : 2025
    let revision = chronicle.declarations.living.filter { $0.id.collectivite == id && $0.id.year == year }.count
    let lines: [JSONValue] = (0..<chance.below(4)).map { _ in
      let cents = chance.below(10_000_000)
      let amount = "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
      return chance.happens(oneIn: 3)
        ? .object(["category": .string("awareness"), "amount": .string(amount)])
        : .object([
          "category": .string("one-percent"), "amount": .string(amount),
          "country": .string((chance.pick(cast.countries) ?? cast.countries[0]).rawValue),
        ])
    }
    return command(
      "declaration.submit", { _ in id.rawValue }, by: authority(id, &chance),
      ifMatch: revision == 0 ? nil : seen(revision, &chance),
      .object([
        "collectivite": .string(id.rawValue), "year": .integer(Int64(year)), "lines": .array(lines),
      ]), &chance)
  }
}
