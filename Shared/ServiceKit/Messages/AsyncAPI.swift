import CooperationModel
import TopicBus

/// The AsyncAPI 3 document of the suite's topics: every topic with its Kafka settings, and what its records' keys,
/// headers and values are. Made from the topics' declarations, so it says what the code does.
package struct AsyncAPI: Sendable {
  /// One topic, and what stands in it.
  struct Channel: Sendable {
    var name: String
    var declaration: TopicDeclaration
    var key: String
    var type: Schema
    var payload: Schema?
    var schemaLevel: Int
    var writer: String
    var summary: String

    init<Key, Value>(_ contract: TopicContract<Key, Value>, _ payload: Schema, writer: String, _ summary: String) {
      name = contract.name
      declaration = contract.declaration
      key = Key.form
      type = .always(contract.type)
      self.payload = payload
      schemaLevel = contract.schemaLevel
      self.writer = writer
      self.summary = summary
    }

    init(_ topic: CommandTopic, writer: String, _ summary: String) {
      name = topic.name
      declaration = topic.declaration
      key = "the id of the entity, or of the contact's owner: what chooses the partition"
      type = .string(
        pattern: "^fr\\.bourse-projets\\.[a-z-]+\\.[a-z-]+\\.v1$", example: "fr.bourse-projets.request.publish.v1")
      payload = .command
      schemaLevel = 1
      self.writer = writer
      self.summary = summary
    }

    /// Dead letters: other topics' records as they were.
    init(deadLetters summary: String) {
      name = Topics.deadLetters.name
      declaration = DeadLetter.declaration
      key = "the original record's"
      type = .string()
      payload = nil
      schemaLevel = 1
      writer = "ServiceKit"
      self.summary = summary
    }
  }

  static let channels: [Channel] = [
    Channel(
      Topics.partnershipRequests, .partnershipRequest, writer: "ingestion",
      "What foreign local authorities ask for through an embassy."),
    Channel(Topics.profiles, .profile, writer: "ingestion", "What collectivités declare of themselves."),
    Channel(
      Topics.contacts, .contact, writer: "ingestion",
      "Who can be written to. Personal data stand here alone; partitioned by owner."),
    Channel(Topics.cooperations, .cooperation, writer: "ingestion", "Sheets of the Atlas."),
    Channel(
      Topics.matches, .matchSet, writer: "matcher",
      "Each request's ranked lists: a function of request, candidates and scoring."),
    Channel(
      Topics.leads, .lead, writer: "matcher",
      "What collectivités were really offered; partitioned by collectivité."),
    Channel(
      Topics.outboundMessages, .outboundMessage, writer: "notifications",
      "Each message from its cause to its end; partitioned by the contact's owner."),
    Channel(
      Topics.declarations, .declaration, writer: "apd-collector",
      "Revisions of yearly declarations; partitioned by collectivité."),
    Channel(Topics.settings, .setting, writer: "bourse", "What shapes outputs beyond the entities."),
    Channel(
      Topics.commandOutcomes, .commandOutcome, writer: "whoever decides",
      "What became of each command; partitioned as the entity."),
    Channel(Topics.ingestionCommands, writer: "ingestion", "Wishes to change what ingestion owns."),
    Channel(Topics.leadCommands, writer: "matcher", "Answers to leads."),
    Channel(Topics.notificationCommands, writer: "other services", "Messages that are asked for."),
    Channel(Topics.apdCommands, writer: "apd-collector", "Declarations sent."),
    Channel(deadLetters: "Records that could not be taken in, byte for byte, with what went wrong in dl_ headers."),
  ].sorted { $0.name < $1.name }

  /// The document: the same for the same declarations, byte for byte once encoded with sorted keys.
  package static let document: JSONValue = {
    var named: [String: JSONValue] = [:]
    for channel in channels { named.merge(channel.payload?.named ?? [:]) { first, _ in first } }
    return .object([
      "asyncapi": .string("3.0.0"),
      "id": .string("urn:bourse-projets"),
      "info": .object([
        "title": .string("Bourse-projets"), "version": .string("1"),
        "description": .string(
          "The topics through which the suite's services work together. Records are CloudEvents 1.0 in the binary mode "
            + "of the Kafka protocol binding. On a compacted topic the newest record of a key is the entity, and one "
            + "without a value erases it."),
      ]),
      "defaultContentType": .string("application/json"),
      "channels": .object(Dictionary(uniqueKeysWithValues: channels.map { ($0.name, $0.json) })),
      "operations": .object(Dictionary(uniqueKeysWithValues: channels.map { ("write-\($0.name)", $0.operation) })),
      "components": .object([
        "messages": .object(Dictionary(uniqueKeysWithValues: channels.map { ($0.name, $0.message) })),
        "schemas": .object(named),
      ]),
    ])
  }()
}

extension AsyncAPI.Channel {
  fileprivate var json: JSONValue {
    .object([
      "address": .string(declaration.name), "description": .string(summary),
      "messages": .object(["record": Self.reference("#/components/messages/\(name)")]),
      "bindings": Self.kafka([
        "topic": .string(declaration.name), "partitions": .integer(Int64(declaration.partitions)),
        "topicConfiguration": .object(settings),
      ]),
    ])
  }

  private var settings: [String: JSONValue] {
    switch declaration.cleanup {
    case .compacted(let tombstones):
      ["cleanup.policy": .array([.string("compact")]), "delete.retention.ms": .integer(tombstones)]
    case .trimmed: ["cleanup.policy": .array([.string("delete")]), "retention.ms": .integer(-1)]
    case .aged(let span): ["cleanup.policy": .array([.string("delete")]), "retention.ms": .integer(span)]
    }
  }

  fileprivate var operation: JSONValue {
    .object([
      "action": .string("send"), "channel": Self.reference("#/channels/\(name)"),
      "summary": .string("Written by \(writer)."),
      "messages": .array([Self.reference("#/channels/\(name)/messages/record")]),
    ])
  }

  fileprivate var message: JSONValue {
    let key = Schema.string().describing(key.prefix(1).uppercased() + key.dropFirst() + ".")
    var message: [String: JSONValue] = [
      "name": .string(name), "contentType": .string("application/json"), "headers": .object(headers.json),
      "bindings": Self.kafka(["key": .object(key.json)]),
    ]
    if let payload { message["payload"] = .object(payload.json) }
    return .object(message)
  }

  private static func reference(_ place: String) -> JSONValue { .object(["$ref": .string(place)]) }

  private static func kafka(_ binding: [String: JSONValue]) -> JSONValue {
    .object(["kafka": .object(binding.merging(["bindingVersion": .string("0.5.0")]) { first, _ in first })])
  }

  /// Values of headers are text.
  private var headers: Schema {
    let dead: [String: Schema] = [
      "dl_topic": .string(), "dl_partition": .count, "dl_offset": .count, "dl_timestamp": .count, "dl_group": .string(),
      "dl_stage": .string(), "dl_code": .string(), "dl_text": .string(), "dl_attempts": .count,
    ]
    if payload == nil { return .object(required: dead) }
    return .object(
      required: [
        "ce_specversion": .always("1.0"), "ce_id": .uuid, "ce_source": .string(), "ce_type": type,
        "ce_time": .instant, "ce_subject": .string(), "content-type": .always("application/json"),
        "schemalevel": .always(String(schemaLevel)),
      ],
      optional: [
        "traceparent": .string(pattern: "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
          .describing("The trace of the request that caused the record (W3C Trace Context).")
      ])
  }
}

extension Schema {
  fileprivate static let count = Schema.string(pattern: "^[0-9]+$")
  fileprivate static func always(_ text: String) -> Schema { Schema(["const": .string(text)]) }
}
