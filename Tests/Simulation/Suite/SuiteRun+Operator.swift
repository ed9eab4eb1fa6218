import CooperationModel
import TopicBus

@testable import ServiceKit

// What operators do, and what goes wrong with the bytes.

extension SuiteRun {
  /// As `bourse topics apply` does, with what people have entered before.
  func prepare() throws {
    var scoring = ScoringSettings.standard
    scoring.wantedLeads = plan.market.wantedLeads
    scoring.answerDays = plan.market.answerDays
    try set(.scoring, try JSONValue(encoding: scoring))
    try set(
      .sending, try JSONValue(encoding: SendingSettings(isOpen: plan.market.isOpen, perHour: plan.market.perHour)))
    if plan.market.hasFormerProfile {
      let profile = Profile(
        collectivite: cast.former.old, version: 1, themes: Array(cast.themes.prefix(3)),
        countries: Array(cast.countries.prefix(2)), weeklyLimit: 2)
      _ = try log.append(
        [
          try Topics.profiles.record(
            profile.collectivite, profile, partition: Topics.profiles.partition(of: profile.collectivite, profile),
            time: now, source: "bourse", cause: "prepared")
        ])
    }
    try chronicle.catchUp(log)
    gates = [plan.market.isOpen]
    outside.now = now
  }

  private func set(_ id: SettingID, _ value: JSONValue) throws {
    let setting = Setting(id: id, version: (chronicle.settings[id]?.version ?? 0) + 1, value: value)
    _ = try log.append(
      [
        try Topics.settings.record(
          id, setting, partition: 0, time: now, source: "bourse", cause: "\(id) \(setting.version)")
      ])
    try chronicle.catchUp(log)
    note("\(id) is set to version \(setting.version)")
    if id == .sending, let sending = try? value.decoded(as: SendingSettings.self) { gates.append(sending.isOpen) }
  }

  func appendSetting(_ chance: inout Chance) {
    switch chance.below(4) {
    case 0..<2: setGate(isOpen: chance.happens(oneIn: 2))
    case 2:
      guard var scoring = scoring else { return }
      scoring.version += 1
      scoring.threshold = [80, 120, 200][chance.below(3)]
      try? set(.scoring, (try? JSONValue(encoding: scoring)) ?? .null)
    default:
      guard let id = SettingID("campaign:2025") else { return }
      let campaign = CampaignSettings(year: 2025, opensOn: now.day + -3, closesOn: now.day + chance.below(20))
      try? set(id, (try? JSONValue(encoding: campaign)) ?? .null)
    }
  }

  /// The scoring model that is set.
  var scoring: ScoringSettings? {
    chronicle.settings[.scoring].flatMap { try? $0.value.decoded(as: ScoringSettings.self) }
  }

  /// Whether the gate is open, as the newest setting says.
  var gateIsOpen: Bool {
    chronicle.settings[.sending].flatMap { try? $0.value.decoded(as: SendingSettings.self) }?.isOpen ?? false
  }

  private func setGate(isOpen: Bool) {
    try? set(
      .sending,
      (try? JSONValue(encoding: SendingSettings(isOpen: isOpen, perHour: plan.market.perHour))) ?? .null)
  }

  func openGate() { if !gateIsOpen { setGate(isOpen: true) } }

  // MARK: Records that are none

  func appendGarbage(_ chance: inout Chance) {
    let topic = [Topics.ingestionCommands, Topics.leadCommands, Topics.apdCommands][chance.below(3)]
    let partition = chance.below(topic.partitions)
    let headers: Headers =
      chance.happens(oneIn: 2) ? [] : [Header("ce_id", StableID.uuid(of: ["garbage", "\(chance.next())"]))]
    let record = Outgoing(
      topic: topic.topic, partition: partition, key: [0xFF], value: [1, 2, 3], headers: headers,
      timestamp: now.milliseconds)
    guard let offset = try? log.append([record]).first else { return }
    garbage.insert("\(record.topicPartition)@\(offset)")
    note("garbage comes into \(record.topicPartition)")
  }

  /// A state topic gets a record that cannot be read: under a key that is there, or under one that is no key.
  func corrupt(_ chance: inout Chance) {
    try? chronicle.catchUp(log)
    let record: Outgoing? =
      switch chance.below(5) {
      case 0: corrupted(chronicle.requests, &chance)
      case 1: corrupted(chronicle.contacts, &chance)
      case 2: corrupted(chronicle.leads, &chance)
      case 3: corrupted(chronicle.messages, &chance)
      default: corrupted(chronicle.matches, &chance)
      }
    if let record { appendUnreadable(record) }
  }

  /// A state topic that somebody restores as an input gets a record that cannot be read, beyond what is to be restored.
  func corrupt(whatIsRestored partitions: [TopicPartition], _ chance: inout Chance) {
    try? chronicle.catchUp(log)
    for partition in partitions {
      let record: Outgoing? =
        switch partition.topic {
        case Topics.partnershipRequests.topic: corrupted(chronicle.requests, in: partition.partition, &chance)
        case Topics.contacts.topic: corrupted(chronicle.contacts, in: partition.partition, &chance)
        default: nil
        }
      if let record { return appendUnreadable(record) }
    }
  }

  private func appendUnreadable(_ record: Outgoing) {
    guard let offset = try? log.append([record]).first else { return }
    if [Topics.partnershipRequests.topic, Topics.contacts.topic].contains(record.topic) {
      garbage.insert("\(record.topicPartition)@\(offset)")
    }
    note(
      "\(record.topicPartition) gets a record that cannot be read, key \(String(decoding: record.key, as: UTF8.self))")
  }

  /// - Parameter partition: where it is to lie; anywhere by default.
  private func corrupted<Key, Value>(
    _ history: History<Key, Value>, in partition: Int? = nil, _ chance: inout Chance
  ) -> Outgoing? {
    let isKnown = !chance.happens(oneIn: 3)
    let living = history.newest.keys.sorted().filter { key in
      partition == nil || history.versions[key]?.last?.partition == partition
    }
    if isKnown, let key = chance.pick(living), let last = history.versions[key]?.last {
      return Outgoing(
        topic: history.contract.topic, partition: last.partition, key: Array(key.rawValue.utf8), value: [0x7B],
        timestamp: now.milliseconds)
    }
    return Outgoing(
      topic: history.contract.topic, partition: partition ?? chance.below(history.contract.partitions),
      key: [0xFE, 0x00], value: [0x7B], timestamp: now.milliseconds)
  }

  /// As `bourse state repair` does: what could be read last, or a tombstone, takes the place of what cannot be read.
  @discardableResult
  func repair() throws -> Bool {
    guard !log.isAway, log.openTransactions.isEmpty else { return false }
    try chronicle.catchUp(log)
    let records =
      repairs(chronicle.requests) + repairs(chronicle.contacts) + repairs(chronicle.leads)
      + repairs(chronicle.messages) + repairs(chronicle.matches)
    guard !records.isEmpty else { return false }
    _ = try log.append(records)
    note("\(records.count) keys are repaired")
    try chronicle.catchUp(log)
    return true
  }

  var unreadableKeys: Int {
    chronicle.requests.unreadable.count + chronicle.contacts.unreadable.count + chronicle.leads.unreadable.count
      + chronicle.messages.unreadable.count + chronicle.matches.unreadable.count
  }

  private func repairs<Key, Value>(_ history: History<Key, Value>) -> [Outgoing] {
    history.unreadable.keys.sorted().map { place in
      let last = history.unreadable[place] ?? nil
      return Outgoing(
        topic: history.contract.topic, partition: place.partition, key: place.key, value: last?.value,
        headers: cloudEventHeaders(
          id: StableID.uuid(of: ["repair", "\(place)", "\(now)"]), source: "bourse", type: history.contract.type,
          time: now, subject: "repair", schemaLevel: 1), timestamp: now.milliseconds)
    }
  }
}
