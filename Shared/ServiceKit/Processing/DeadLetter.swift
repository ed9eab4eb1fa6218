import CooperationModel
import TopicBus

/// A record that could not be taken in, kept byte for byte with what is needed to look at it and to send it again.
///
/// Key, value and headers are the original's; where it was and what went wrong stands in `dl_` headers beside them.
package struct DeadLetter: Sendable, Equatable {
  package var original: Record
  package var group: String
  package var failure: BadRecord
  /// When it was set aside, in milliseconds since 1970.
  package var at: Int64

  package static let topic = Topics.prefix + Topics.deadLetters.name

  package static let declaration = TopicDeclaration(
    topic, partitions: Topics.deadLetters.partitions, cleanup: TopicDeclaration.Cleanup(Topics.deadLetters.retention))

  package init(_ original: Record, group: String, failure: BadRecord, at: Instant) {
    self.original = original
    self.group = group
    self.failure = failure
    self.at = at.milliseconds
  }

  package var outgoing: Outgoing {
    Outgoing(
      topic: Self.topic, partition: original.partition % Topics.deadLetters.partitions, key: original.key,
      value: original.value,
      headers: original.headers + [
        Header("dl_topic", original.topic), Header("dl_partition", String(original.partition)),
        Header("dl_offset", String(original.offset)), Header("dl_timestamp", String(original.timestamp)),
        Header("dl_group", group), Header("dl_stage", failure.stage), Header("dl_code", failure.code),
        Header("dl_text", failure.text), Header("dl_attempts", "1"),
      ], timestamp: at)
  }

  /// Reads one from its topic; nil when it is none.
  package init?(_ record: Record) {
    guard let first = record.headers.firstIndex(where: { $0.name == "dl_topic" }),
      let topic = record.header("dl_topic"),
      let partition = record.header("dl_partition").flatMap({ Int($0) }),
      let offset = record.header("dl_offset").flatMap({ Int64($0) }),
      let timestamp = record.header("dl_timestamp").flatMap({ Int64($0) }), let group = record.header("dl_group"),
      let stage = record.header("dl_stage"), let code = record.header("dl_code"), let text = record.header("dl_text")
    else { return nil }
    original = Record(
      topic: topic, partition: partition, offset: offset, key: record.key, value: record.value,
      headers: Headers(record.headers[..<first]), timestamp: timestamp)
    self.group = group
    failure = BadRecord(stage: stage, code: code, text: text)
    at = record.timestamp
  }
}
