/// What stands in a topic: its name, how its records are keyed and partitioned, how long they are kept, and of which
/// CloudEvents type they are. The whole contract between the service that writes it and those that read it.
public struct TopicContract<Key: Identifier, Value: Codable & Sendable>: Sendable {
  /// With its version, without the suite's prefix: `partnership-requests.v1`.
  public let name: String
  /// The topic's full name.
  public let topic: String
  /// Fixed for a version of the topic.
  public let partitions: Int
  public let retention: TopicRetention
  /// CloudEvents `type` of its records: `fr.bourse-projets.partnership-request.changed.v1`.
  public let type: String
  /// The highest level of the value's schema that this build writes and understands.
  public let schemaLevel: Int
  /// What chooses a record's partition.
  public let partitionKey: @Sendable (Key, Value) -> String

  public init(
    _ name: String, partitions: Int = 12, retention: TopicRetention, type: String, schemaLevel: Int = 1,
    partitionKey: @escaping @Sendable (Key, Value) -> String = { key, _ in key.rawValue }
  ) {
    self.name = name
    topic = Topics.prefix + name
    self.partitions = partitions
    self.retention = retention
    self.type = type
    self.schemaLevel = schemaLevel
    self.partitionKey = partitionKey
  }
}

/// How long a topic keeps its records.
public enum TopicRetention: Hashable, Sendable {
  /// Each key's newest record for ever; tombstones at least seven days.
  case compacted
  /// Until its owner has consumed them, and seven days more.
  case trimmed
  case aged(Instant.Span)
}

/// The topics of the suite. DESIGN: “Messages”.
public enum Topics {
  public static let prefix = "bourse."

  public static let partnershipRequests = TopicContract<RequestID, PartnershipRequest>(
    "partnership-requests.v1", retention: .compacted, type: "fr.bourse-projets.partnership-request.changed.v1")
  public static let profiles = TopicContract<CollectiviteID, Profile>(
    "profiles.v1", retention: .compacted, type: "fr.bourse-projets.profile.changed.v1")
  public static let contacts = TopicContract<ContactID, Contact>(
    "contacts.v1", retention: .compacted, type: "fr.bourse-projets.contact.changed.v1",
    partitionKey: { _, contact in contact.owner.rawValue })
  public static let cooperations = TopicContract<CooperationID, Cooperation>(
    "cooperations.v1", retention: .compacted, type: "fr.bourse-projets.cooperation.changed.v1")
  public static let matches = TopicContract<RequestID, MatchSet>(
    "matches.v1", retention: .compacted, type: "fr.bourse-projets.match-set.changed.v1")
  public static let leads = TopicContract<LeadID, Lead>(
    "leads.v1", retention: .compacted, type: "fr.bourse-projets.lead.changed.v1",
    partitionKey: { id, _ in id.collectivite.rawValue })
  public static let outboundMessages = TopicContract<MessageID, OutboundMessage>(
    "outbound-messages.v1", retention: .compacted, type: "fr.bourse-projets.outbound-message.changed.v1",
    partitionKey: { _, message in message.owner.rawValue })
  public static let declarations = TopicContract<DeclarationID, Declaration>(
    "apd-declarations.v1", retention: .compacted, type: "fr.bourse-projets.apd-declaration.changed.v1",
    partitionKey: { id, _ in id.collectivite.rawValue })
  public static let settings = TopicContract<SettingID, Setting>(
    "settings.v1", partitions: 1, retention: .compacted, type: "fr.bourse-projets.setting.changed.v1")
  public static let commandOutcomes = TopicContract<CommandID, CommandOutcome>(
    "command-outcomes.v1", retention: .aged(.days(7)), type: "fr.bourse-projets.command.decided.v1")

  /// Commands, by the topic of whoever decides them. Their key is the entity's id, or the contact's owner.
  public static let ingestionCommands = CommandTopic("ingestion-commands.v1", partitions: 12)
  public static let leadCommands = CommandTopic("lead-commands.v1", partitions: 1)
  public static let notificationCommands = CommandTopic("notification-commands.v1", partitions: 12)
  public static let apdCommands = CommandTopic("apd-commands.v1", partitions: 12)

  public static let deadLetters = (name: "dead-letters.v1", partitions: 12, retention: TopicRetention.aged(.days(30)))
}

/// A topic of commands.
public struct CommandTopic: Hashable, Sendable {
  public let name: String
  public let partitions: Int
  public let retention = TopicRetention.trimmed

  package init(_ name: String, partitions: Int) {
    self.name = name
    self.partitions = partitions
  }
}
