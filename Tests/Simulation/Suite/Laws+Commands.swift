import CooperationModel
import TopicBus

@testable import ServiceKit

// No loss and no doubling: each command has the outcome, and the effect, that a plain model gives it.

extension SuiteRun {
  func checkCommands() throws {
    let streams = chronicle.commands
    let records = streams.values.joined().reduce(into: [CommandID: Int]()) { $0[$1.id, default: 0] += 1 }
    for (command, acknowledged) in appended where acknowledged {
      try require(records[command.id] != nil, "no loss", "\(command.kind) \(command.id) was acknowledged and is gone")
    }
    var fold = CommandFold(self, records)
    for partition in streams.keys.sorted() {
      for command in streams[partition] ?? [] where !fold.isKnown(command) { try fold.take(command) }
    }
    try fold.finish()
  }
}

/// The plain model's walk along all commands, in the order of their partitions.
private struct CommandFold {
  private let run: SuiteRun
  private let records: [CommandID: Int]
  private var requests: EntityFold<RequestID, PartnershipRequest>
  private var profiles: EntityFold<CollectiviteID, Profile>
  private var contacts: EntityFold<ContactID, Contact>
  private var sheets: EntityFold<CooperationID, Cooperation>
  /// How many outcomes of a command were met.
  private var outcomes: [CommandID: Int] = [:]
  /// When commands that have an outcome were received.
  private var known: [CommandID: Instant] = [:]
  /// Answers that were accepted, by lead and version.
  private var answers: [LeadID: [Int: Command]] = [:]
  private let requestModel: RequestModel
  private let profileModel: ProfileModel

  init(_ run: SuiteRun, _ records: [CommandID: Int]) {
    self.run = run
    self.records = records
    requests = EntityFold(run.chronicle.requests)
    profiles = EntityFold(run.chronicle.profiles)
    contacts = EntityFold(run.chronicle.contacts)
    sheets = EntityFold(run.chronicle.cooperations)
    requestModel = RequestModel(countries: Set(run.cast.countries.map(\.rawValue)))
    profileModel = ProfileModel(former: run.cast.former)
  }

  /// Within two days it is the same command again: as long as its outcome is kept, which is for a week.
  func isKnown(_ command: Command) -> Bool {
    guard let first = known[command.id], first >= command.receivedAt - .hours(48) else { return false }
    let all = run.chronicle.outcomes.versions[command.id] ?? []
    guard let place = outcomes[command.id], all.indices.contains(place) else { return true }
    // The next outcome may be that of a later repetition, received at the same time with another body.
    let next = all[place].value
    return next?.receivedAt != command.receivedAt || next?.digest != command.payload.digest
      || all[place].at + .milliseconds(run.setBack) - all[place - 1].at < .days(7)
  }

  mutating func take(_ command: Command) throws {
    known[command.id] = command.receivedAt
    let place = outcomes[command.id] ?? 0
    let all = (run.chronicle.outcomes.versions[command.id] ?? []).compactMap(\.value)
    try run.require(all.indices.contains(place), "no loss", "\(command.kind) \(command.id) has no outcome")
    outcomes[command.id] = place + 1
    let outcome = all[place]
    try run.require(
      outcome.digest == command.payload.digest && outcome.kind == command.kind && outcome.entity == command.entity,
      "no doubling", "the outcome of \(command.kind) \(command.id) is another command's")
    let actual = Expected(outcome)
    switch command.kind.prefix(while: { $0 != "." }) {
    case "request": try takeRequest(command, actual)
    case "profile":
      guard let id = CollectiviteID(command.entity) else { return }
      let judgement = profileModel.judge(command, profiles.current[id])
      try settle(command, id, judgement, actual, &profiles)
      if command.kind == "profile.merge", judgement.next != nil { try expectFollower("absorb", command) }
    case "contact":
      guard let id = ContactID(command.entity) else { return }
      try settle(command, id, ContactModel().judge(command, contacts.current[id]), actual, &contacts)
    case "cooperation":
      guard let id = CooperationID(command.entity) else { return }
      try settle(command, id, SheetModel(former: run.cast.former).judge(command, sheets.current[id]), actual, &sheets)
    case "lead":
      guard let id = LeadID(command.entity), case .accepted(let version, _) = actual else { return }
      if answers[id]?[version] == nil { answers[id, default: [:]][version] = command }
    default: try takeDeclaration(command, actual)
    }
  }

  private mutating func takeRequest(_ command: Command, _ actual: Expected) throws {
    guard let id = RequestID(command.entity) else { return }
    var judgement = requestModel.judge(command, requests.current[id])
    if !fits(judgement, actual, requests.next(id)?.value), try expire(id) {
      // Time was quicker than the command.
      judgement = requestModel.judge(command, requests.current[id])
    }
    try settle(command, id, judgement, actual, &requests)
    if command.kind == "request.conclude", judgement.next != nil { try expectFollower("conclude", command) }
  }

  /// Takes the log's next version when it is the end that time brings.
  private mutating func expire(_ id: RequestID) throws -> Bool {
    guard let request = requests.current[id], let next = requests.next(id), let value = next.value,
      value.transitions.last?.what == "expire"
    else { return false }
    try run.require(requestModel.mayExpire(request, at: next.at), "timers", "\(id) expired too early")
    var expired = request
    expired.version += 1
    expired.status = .expired
    expired.confirmBy = nil
    expired.transitions.append(Transition(at: next.at, by: "system", what: "expire", status: "expired"))
    try run.require(value == expired, "timers", "\(id) is not as it was before it expired")
    requests.advance(id)
    return true
  }

  private func fits<Entity: Equatable>(
    _ judgement: Judgement<Entity>, _ actual: Expected, _ written: Entity?
  ) -> Bool {
    guard judgement.expected == actual else { return false }
    guard let next = judgement.next else { return true }
    return next == written
  }

  private func settle<Key, Value>(
    _ command: Command, _ key: Key, _ judgement: Judgement<Value>, _ actual: Expected,
    _ fold: inout EntityFold<Key, Value>
  ) throws {
    try run.require(
      judgement.expected == actual, "outcomes",
      "\(command.kind) \(command.id) of \(key): \(actual), and should be \(judgement.expected)")
    guard let next = judgement.next else { return }
    let written = fold.next(key)
    try run.require(
      written != nil && written?.value == next, "effects",
      "\(command.kind) \(command.id) of \(key) wrote \(String(describing: written?.value)), and should \(String(describing: next)); its outcomes: "
        + (run.chronicle.outcomes.versions[command.id] ?? []).map { "\($0.at) \(String(describing: $0.value))" }.joined(
          separator: "; "))
    fold.advance(key)
  }

  /// A command for another entity is written in the first's transaction, once.
  private func expectFollower(_ step: String, _ command: Command) throws {
    let id = CommandID(StableID.uuid(of: [step, command.id.rawValue]))
    let count = id.flatMap { records[$0] } ?? 0
    try run.require(count == 1, "atomicity", "\(command.kind) \(command.id) is followed by \(count) commands")
  }

  private func takeDeclaration(_ command: Command, _ actual: Expected) throws {
    guard case .accepted(let revision, _) = actual, let id = CollectiviteID(command.entity),
      let year = command.payload.body["year"]?.integer
    else { return }
    let declaration = run.chronicle.declarations[DeclarationID(id, year: Int(year), revision: revision)]
    let said = command.payload.body["lines"]?.items.compactMap { $0["amount"]?.string.flatMap(Money.init) } ?? []
    try run.require(
      declaration?.lines.map(\.amount) == said, "effects", "\(command.id) is accepted, and its amounts are not there")
    let own = command.payload.actor.collectivite
    try run.require(own == id, "outcomes", "\(command.id) of \(own?.rawValue ?? "nobody") was accepted for \(id)")
  }

  /// Nothing is left that no command and no timer explains.
  mutating func finish() throws {
    for id in requests.unfinished {
      while try expire(id) {}
    }
    try run.require(requests.unfinished.isEmpty, "no doubling", "\(requests.unfinished) changed without a cause")
    try run.require(profiles.unfinished.isEmpty, "no doubling", "\(profiles.unfinished) changed without a cause")
    try run.require(contacts.unfinished.isEmpty, "no doubling", "\(contacts.unfinished) changed without a cause")
    try run.require(sheets.unfinished.isEmpty, "no doubling", "\(sheets.unfinished) changed without a cause")
    for (id, versions) in run.chronicle.outcomes.versions.sorted(by: { $0.key < $1.key }) {
      try run.require(
        versions.count == outcomes[id] ?? 0, "no doubling",
        "the command \(id) has \(versions.count) outcomes, and should have \(outcomes[id] ?? 0)")
    }
    for request in run.chronicle.requests.living {
      try run.require(
        !requestModel.mayExpire(request, at: run.now), "timers", "\(request.id) should have expired")
    }
    try checkAnswers()
  }

  /// Every change of a lead that is not time's or the system's is one accepted answer's, and says what it said.
  private func checkAnswers() throws {
    for id in run.chronicle.leads.keys {
      for version in run.chronicle.leads.versions[id] ?? [] where !version.isRepair {
        guard let lead = version.value, let last = lead.transitions.last, last.by != "system" else { continue }
        let command = answers[id]?[lead.version]
        try run.require(
          command?.payload.body["answer"]?.string == last.what && command?.receivedAt == last.at, "effects",
          "\(id) became \(lead.status) in version \(lead.version), and no answer said so")
      }
    }
  }
}
