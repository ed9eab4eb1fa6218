/// What a bus can fail with, told apart by what the caller can do about it.
public enum BusError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The bus cannot be reached or did not answer in time, and nothing was done. Repeat later.
  case unavailable(String)
  /// It may have happened. Ask the log, or repeat what is safe to repeat.
  case uncertain(String)
  /// Another member owns the partition, or this one's generation is over. Drop the batch.
  case fenced(String)
  /// The transaction was aborted and nothing was done. Do the batch again.
  case aborted(String)
  /// The client cannot go on. Throw it away, build a new one and restore.
  case fatal(String)
  case unknownTopic(String)
  /// The bus has that topic with another number of partitions.
  case partitionMismatch(topic: String, declared: Int, found: Int)
  /// A record, or a commit, is larger than the bus takes.
  case tooLarge(String)
  /// Records before this offset were removed.
  case offsetOutOfRange(TopicPartition, offset: Int64, low: Int64)
  /// The disk is full, or a quota is used up. Nothing was done.
  case full(String)
  /// The log itself is damaged or is not ours; the text says how to get back.
  case corrupt(String)
  /// The bus refuses what it was asked; the text says why.
  case refused(String)
  /// The member has left, or the bus was closed.
  case closed

  /// Whether the same may well be done a little later, by the same client.
  package var isPassing: Bool {
    switch self {
    case .unavailable, .uncertain, .aborted, .full: true
    case .fatal, .fenced, .unknownTopic, .partitionMismatch, .tooLarge, .offsetOutOfRange, .corrupt, .refused, .closed:
      false
    }
  }

  public var description: String {
    switch self {
    case .unavailable(let text): "the bus is away: \(text)"
    case .uncertain(let text): "it may have happened: \(text)"
    case .fenced(let text): "fenced: \(text)"
    case .aborted(let text): "aborted: \(text)"
    case .fatal(let text): "the bus client cannot go on: \(text)"
    case .unknownTopic(let name): "there is no topic \(name): run `bourse topics apply`"
    case .partitionMismatch(let topic, let declared, let found):
      "topic \(topic) has \(found) partitions, declared are \(declared): a new count needs a new topic version"
    case .tooLarge(let text): "too large: \(text)"
    case .offsetOutOfRange(let partition, let offset, let low):
      "\(partition) begins at \(low), offset \(offset) was removed"
    case .full(let text): "no room: \(text)"
    case .corrupt(let text): "the log is damaged: \(text)"
    case .refused(let text): text
    case .closed: "closed"
    }
  }
}
