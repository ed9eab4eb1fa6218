import CooperationModel
import SimulatedBus
import TopicBus

@testable import ServiceKit

/// Everything that was ever committed, read before housekeeping could remove it.
struct Chronicle: Sendable {
  private(set) var requests = History(Topics.partnershipRequests)
  private(set) var profiles = History(Topics.profiles)
  private(set) var contacts = History(Topics.contacts)
  private(set) var cooperations = History(Topics.cooperations)
  private(set) var matches = History(Topics.matches)
  private(set) var leads = History(Topics.leads)
  private(set) var messages = History(Topics.outboundMessages)
  private(set) var declarations = History(Topics.declarations)
  private(set) var settings = History(Topics.settings)
  private(set) var outcomes = History(Topics.commandOutcomes)
  /// By partition, in order: those of the three streams of commands that can be read.
  private(set) var commands: [TopicPartition: [Command]] = [:]
  private(set) var letters: [DeadLetter] = []
  /// Leads in the order of their being offered.
  private(set) var offers: [Lead] = []
  /// How many it has read.
  private(set) var records = 0
  private let partitions: [TopicPartition]
  private var places: [SimulatedLog.Place] = []
  /// Where it stands in each of them.
  private var positions: [Int64]

  static let declarations: [TopicDeclaration] = [
    Topics.partnershipRequests.declaration, Topics.profiles.declaration, Topics.contacts.declaration,
    Topics.cooperations.declaration, Topics.matches.declaration, Topics.leads.declaration,
    Topics.outboundMessages.declaration, Topics.declarations.declaration, Topics.settings.declaration,
    Topics.commandOutcomes.declaration, Topics.ingestionCommands.declaration, Topics.leadCommands.declaration,
    Topics.apdCommands.declaration, DeadLetter.declaration,
  ]

  init() {
    partitions = Self.declarations.flatMap { topic in
      (0..<topic.partitions).map { TopicPartition(topic.name, $0) }
    }
    positions = Array(repeating: 0, count: partitions.count)
  }

  /// Reads on to where committed reading ends.
  mutating func catchUp(_ log: SimulatedLog) throws {
    if places.isEmpty { places = try partitions.map { try log.place(of: $0) } }
    for (number, place) in places.enumerated() where try log.stableEnd(at: place) > positions[number] {
      let read = try log.read(
        partitions[number], from: positions[number], limit: FetchLimit(records: .max, bytes: .max))
      positions[number] = read.position
      records += read.records.count
      for record in read.records { take(record) }
    }
  }

  private mutating func take(_ record: Record) {
    switch record.topic {
    case requests.contract.topic: requests.take(record)
    case profiles.contract.topic: profiles.take(record)
    case contacts.contract.topic: contacts.take(record)
    case cooperations.contract.topic: cooperations.take(record)
    case matches.contract.topic: matches.take(record)
    case leads.contract.topic:
      leads.take(record)
      if let lead = leads.last, lead.version == 1, leads.versions[lead.id]?.count == 1 { offers.append(lead) }
    case messages.contract.topic: messages.take(record)
    case declarations.contract.topic: declarations.take(record)
    case settings.contract.topic: settings.take(record)
    case outcomes.contract.topic: outcomes.take(record)
    case DeadLetter.topic: if let letter = DeadLetter(record) { letters.append(letter) }
    default: if let command = try? Command(record) { commands[record.topicPartition, default: []].append(command) }
    }
  }
}
