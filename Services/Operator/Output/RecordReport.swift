import CooperationModel
import Foundation
import ServiceKit
import TopicBus

/// A record as it is shown: its value as JSON where it is that, else as text or hexadecimal.
struct RecordReport: Encodable {
  var topic: String
  var partition: Int
  var offset: Int64
  var time: Instant
  var key: String
  var headers: [String: String]
  var value: JSONValue?
  /// The value, when it is no JSON.
  var raw: String?

  init(_ record: Record) {
    topic = record.topic
    partition = record.partition
    offset = record.offset
    time = Instant(milliseconds: record.timestamp)
    key = record.keyText
    headers = Dictionary(record.headers.map { ($0.name, record.header($0.name) ?? "") }) { first, _ in first }
    guard let bytes = record.value else { return }
    value = try? JSON.decode(JSONValue.self, from: Data(bytes))
    if value == nil { raw = String(validating: bytes, as: UTF8.self) ?? "0x" + StableID.hexadecimal(bytes) }
  }

  var isTombstone: Bool { value == nil && raw == nil }

  /// Headers and value, for people.
  var text: String {
    let lines = headers.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)\n" }.joined()
    if let raw { return lines + raw + "\n" }
    guard let value else { return lines + "(tombstone)\n" }
    return lines + ((try? Console.json(value)) ?? "")
  }
}
