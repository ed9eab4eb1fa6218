/// What a topic is made with.
public struct TopicDeclaration: Hashable, Sendable {
  public var name: String
  /// Fixed for a topic's version; a mismatch stops the start.
  public var partitions: Int
  public var cleanup: Cleanup

  public enum Cleanup: Hashable, Sendable {
    /// Keeps each key's newest record. A tombstone stays at least that long, in milliseconds.
    case compacted(tombstonesFor: Int64)
    /// Removed by its owner's trim alone.
    case trimmed
    /// Removed by age, in milliseconds.
    case aged(Int64)
  }

  public init(_ name: String, partitions: Int, cleanup: Cleanup) {
    self.name = name
    self.partitions = partitions
    self.cleanup = cleanup
  }
}

/// What the bus has, beside what was declared.
public struct TopicDescription: Hashable, Sendable {
  public var declaration: TopicDeclaration
  /// By partition.
  public var ends: [PartitionEnds]

  public init(declaration: TopicDeclaration, ends: [PartitionEnds]) {
    self.declaration = declaration
    self.ends = ends
  }
}

/// The places at which a partition begins and ends.
public struct PartitionEnds: Hashable, Sendable {
  /// The first offset that is still there.
  public var low: Int64
  /// The offset after the last one, as an uncommitted reader sees it.
  public var high: Int64

  public init(low: Int64, high: Int64) {
    self.low = low
    self.high = high
  }
}
