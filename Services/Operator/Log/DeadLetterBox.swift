import CooperationModel
import ServiceKit
import TopicBus

/// The dead letters that the log holds, and which of them were dealt with.
///
/// The topic keeps everything thirty days. Dealing with a letter appends a *marker* to its partition: a record without a
/// value whose headers say which letter it closes, and as what. So nothing is removed, and two operators see the same.
struct DeadLetterBox {
  private(set) var letters: [Letter] = []
  private let bus: any TopicBus

  struct Letter {
    /// `partition/offset` in the topic of dead letters.
    var id: String
    var place: Record
    var letter: DeadLetter
    var closed: Closing?
  }

  enum Closing: String, Encodable {
    case replayed, dropped
  }

  private static let closes = "dl_closes"
  private static let closedAs = "dl_closed_as"

  init(_ bus: any TopicBus) async throws {
    self.bus = bus
    var found: [Letter] = []
    var closed: [String: Closing] = [:]
    try await bus.readAll([DeadLetter.declaration], progress: ProgressLine(DeadLetter.topic)) { record in
      if let letter = DeadLetter(record) {
        found.append(Letter(id: "\(record.partition)/\(record.offset)", place: record, letter: letter))
      } else if let offset = record.header(Self.closes), let how = record.header(Self.closedAs) {
        closed["\(record.partition)/\(offset)"] = Closing(rawValue: how)
      }
    }
    letters = found.map { letter in
      var letter = letter
      letter.closed = closed[letter.id]
      return letter
    }.sorted {
      ($0.letter.at, $0.place.partition, $0.place.offset) < ($1.letter.at, $1.place.partition, $1.place.offset)
    }
  }

  subscript(id: String) -> Letter? { letters.first { $0.id == id } }

  /// Sends what a letter holds again, and marks it.
  ///
  /// A command is appended byte for byte, under its own time, to the partition it came from. Of anything else the log
  /// holds the truth already: the newest record of its key is appended again, so that whoever reads it looks at the key
  /// anew.
  ///
  /// - Returns: what was appended; nil when the log holds nothing of the key any more.
  func replay(_ letter: Letter) async throws -> Outgoing? {
    let original = letter.letter.original
    var source: Record? = original
    if let topic = SuiteTopic.all.first(where: { $0.name == original.topic }), !topic.isCommands {
      source = try await bus.newest(of: topic.declaration).last {
        $0.partition == original.partition && $0.key == original.key
      }
    }
    let again = source.map { record in
      Outgoing(
        topic: record.topic, partition: record.partition, key: record.key, value: record.value, headers: record.headers,
        timestamp: record.timestamp)
    }
    // Marker last: a crash between replays again, which a decider's memory of commands takes care of.
    if let again { _ = try await bus.append([again]) }
    try await close(letter, as: .replayed)
    return again
  }

  func close(_ letter: Letter, as how: Closing) async throws {
    let marker = Outgoing(
      topic: DeadLetter.topic, partition: letter.place.partition, key: letter.place.key, value: nil,
      headers: [Header(Self.closes, String(letter.place.offset)), Header(Self.closedAs, how.rawValue)],
      timestamp: letter.place.timestamp)
    _ = try await bus.append([marker])
  }
}
