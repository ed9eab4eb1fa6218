import TopicBus

/// A log under test, and how its processes come and go.
///
/// A test target makes one for each case, on a log that no other case uses, or on one that may be shared: every case
/// draws topic and group names of its own.
public struct ContractSubject: Sendable {
  public var features: BusFeatures
  /// Opens the log as one more process does. The suite closes what it opens.
  public var open: @Sendable () async throws -> any TopicBus
  /// Ends a handle's process without a farewell, as `kill -9` does; nil where a test cannot do that.
  public var crash: (@Sendable (any TopicBus) async throws -> Void)?
  /// The longest that the bus may take until what is to happen has happened, such as a takeover after a crash.
  public var patience: Duration
  /// How many random interleavings to try.
  public var interleavings: Int
  /// The first one's seed, to have a failure again; nil draws one and prints it.
  public var seed: UInt64?
  /// How many records the larger cases append at once.
  public var many: Int
  /// The earliest timestamp that a record can have: to some clients 0 is none.
  public var earliest: Int64
  /// Whether the log has failed in its own right, so that waiting on is of no use.
  public var isLost: @Sendable () -> Bool = { false }

  public init(
    features: BusFeatures, open: @escaping @Sendable () async throws -> any TopicBus,
    crash: (@Sendable (any TopicBus) async throws -> Void)?, patience: Duration = .seconds(20),
    interleavings: Int = 1_000, seed: UInt64? = nil, many: Int = 1_000, earliest: Int64 = 0
  ) {
    self.features = features
    self.open = open
    self.crash = crash
    self.patience = patience
    self.interleavings = interleavings
    self.seed = seed
    self.many = many
    self.earliest = earliest
  }
}

/// What a case asks of a bus beyond what every bus can do.
public enum Need: Hashable, Sendable {
  case atomicAppends, compaction, transactions, fencing
  /// Something of ``ContractSubject/crash``: several processes of which one dies.
  case crashes
}
