import CooperationModel
import Foundation
import TopicBus

// CloudEvents 1.0, Kafka protocol binding, binary mode: attributes in `ce_` headers, the value is JSON.

extension TopicContract {
  package var declaration: TopicDeclaration {
    TopicDeclaration(topic, partitions: partitions, cleanup: TopicDeclaration.Cleanup(retention))
  }

  /// The partition of a key and its value.
  package func partition(of key: Key, _ value: Value) -> Int {
    Partitioner.partition(of: partitionKey(key, value), among: partitions)
  }

  /// The record of a key's next value, or its tombstone.
  ///
  /// - Parameters:
  ///   - source: the service or processor that writes it.
  ///   - cause: what its id derives from, with topic, key and value.
  package func record(
    _ key: Key, _ value: Value?, partition: Int, time: Instant, source: String, cause: String
  ) throws -> Outgoing {
    let bytes = try value.map { Array(try JSON.encode($0)) }
    return Outgoing(
      topic: topic, partition: partition, key: Array(key.rawValue.utf8), value: bytes,
      headers: cloudEventHeaders(
        id: StableID.uuid(of: [source, cause, topic, key.rawValue, String(decoding: bytes ?? [], as: UTF8.self)]),
        source: source, type: type, time: time,
        subject: key.rawValue, schemaLevel: schemaLevel),
      timestamp: time.milliseconds)
  }

  /// Whether it is the tombstone of a key that is none: what repairs such a record, and nothing to anyone else.
  package func erasesNothing(_ record: Record) -> Bool {
    record.value == nil && String(validating: record.key, as: UTF8.self).flatMap(Key.init(rawValue:)) == nil
  }

  /// Key and value of a record; a nil value is a tombstone.
  ///
  /// - Throws: ``BadRecord`` when either cannot be read, or when a newer writer's schema level is above ours.
  package func read(_ record: Record) throws(BadRecord) -> (key: Key, value: Value?) {
    guard let text = String(validating: record.key, as: UTF8.self), let key = Key(rawValue: text) else {
      throw BadRecord(stage: "decode", code: "bad-key", text: "the key is not \(Key.form)")
    }
    guard let bytes = record.value else { return (key, nil) }
    if let text = record.header("schemalevel"), let level = Int(text), level > schemaLevel {
      throw BadRecord(
        stage: "schema", code: "newer-schema",
        text: "schema level \(level) is newer than \(schemaLevel), which this build knows: upgrade this service")
    }
    do {
      return (key, try JSON.decode(Value.self, from: Data(bytes)))
    } catch {
      throw BadRecord(stage: "decode", code: "bad-value", text: describe(error))
    }
  }
}

extension CommandTopic {
  package var topic: String { Topics.prefix + name }

  package var declaration: TopicDeclaration {
    TopicDeclaration(topic, partitions: partitions, cleanup: TopicDeclaration.Cleanup(retention))
  }

  package func partition(of key: String) -> Int { Partitioner.partition(of: key, among: partitions) }

  /// The record of a command.
  ///
  /// - Parameter trace: that of the request which the command is.
  package func record(_ command: Command, source: String, trace: TraceContext? = nil) throws -> Outgoing {
    Outgoing(
      topic: topic, partition: partition(of: command.partitionKey), key: Array(command.partitionKey.utf8),
      value: Array(try JSON.encode(command.payload)),
      headers: cloudEventHeaders(
        id: command.id.rawValue, source: source, type: Command.typePrefix + command.kind + ".v1",
        time: command.receivedAt, subject: command.entity, schemaLevel: 1)
        + (trace.map { [Header(TraceContext.header, $0.traceparent)] } ?? []),
      timestamp: command.receivedAt.milliseconds)
  }
}

extension Command {
  static let typePrefix = "fr.bourse-projets."

  /// The attributes of a command's record that can be read though its value cannot: enough to answer whoever waits.
  struct Attributes {
    var id: CommandID
    var kind: String
    var entity: String
    var receivedAt: Instant

    init(_ record: Record) throws(BadRecord) {
      guard let id = record.header("ce_id").flatMap(CommandID.init(rawValue:)) else {
        throw BadRecord(stage: "decode", code: "bad-command-id", text: "ce_id is not \(CommandID.form)")
      }
      guard let type = record.header("ce_type"), type.hasPrefix(Command.typePrefix), type.hasSuffix(".v1") else {
        throw BadRecord(
          stage: "decode", code: "bad-command-type",
          text: "ce_type is no command of version 1: \(record.header("ce_type") ?? "")")
      }
      guard let time = record.header("ce_time").flatMap(Instant.init), let subject = record.header("ce_subject") else {
        throw BadRecord(stage: "decode", code: "bad-command-headers", text: "ce_time or ce_subject cannot be read")
      }
      self.id = id
      kind = String(type.dropFirst(Command.typePrefix.count).dropLast(3))
      entity = subject
      receivedAt = time
    }
  }

  /// Reads a command's record.
  init(_ record: Record) throws(BadRecord) {
    let attributes = try Attributes(record)
    guard let bytes = record.value, let key = String(validating: record.key, as: UTF8.self) else {
      throw BadRecord(stage: "decode", code: "bad-command", text: "a command has a key and a value")
    }
    do {
      self.init(
        id: attributes.id, kind: attributes.kind, entity: attributes.entity, partitionKey: key,
        receivedAt: attributes.receivedAt, payload: try JSON.decode(Payload.self, from: Data(bytes)))
    } catch {
      throw BadRecord(stage: "decode", code: "bad-command", text: describe(error))
    }
  }
}

extension TopicDeclaration.Cleanup {
  init(_ retention: TopicRetention) {
    self =
      switch retention {
      case .compacted: .compacted(tombstonesFor: Instant.Span.days(7).milliseconds)
      case .trimmed: .trimmed
      case .aged(let span): .aged(span.milliseconds)
      }
  }
}

/// The attributes of a record, as headers.
package func cloudEventHeaders(
  id: String, source: String, type: String, time: Instant, subject: String, schemaLevel: Int
) -> Headers {
  [
    Header("ce_specversion", "1.0"), Header("ce_id", id), Header("ce_source", source), Header("ce_type", type),
    Header("ce_time", time.description), Header("ce_subject", subject), Header("content-type", "application/json"),
    Header("schemalevel", String(schemaLevel)),
  ]
}

extension TraceContext {
  static let header = "traceparent"

  /// The trace that a record carries.
  init?(_ record: Record) { self.init(carried: record.header(Self.header)) }
}

extension Outgoing {
  /// The record as part of what caused it; one that says so already keeps it.
  ///
  /// The parent is handed on as it came: a step is no span of its own, so its outputs stay equal when it is repeated.
  func carrying(_ trace: TraceContext?) -> Outgoing {
    guard let trace, !headers.contains(where: { $0.name == TraceContext.header }) else { return self }
    var outgoing = self
    outgoing.headers.append(Header(TraceContext.header, trace.traceparent))
    return outgoing
  }
}

/// A decoding error in one line, with the place where it happened.
package func describe(_ error: any Error) -> String {
  guard let error = error as? DecodingError else { return String(describing: error) }
  let (context, fact): (DecodingError.Context, String) =
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      (context, context.debugDescription)
    case .keyNotFound(let key, let context): (context, "\(key.stringValue) is missing")
    @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), String(describing: error))
    }
  let path = context.codingPath.map { "/" + ($0.intValue.map(String.init) ?? $0.stringValue) }.joined()
  return path.isEmpty ? fact : "\(path): \(fact)"
}
