#if DEBUG
  import TopicBus

  extension FailurePoint {
    public static let schemaBegun = FailurePoint("schema.begun")
    public static let schemaMade = FailurePoint("schema.made")
    public static let schemaCommitted = FailurePoint("schema.committed")
    /// An append or commit waits for its turn; nothing was begun.
    public static let writeQueued = FailurePoint("write.queued")
    /// Committed; no bell rang, and no caller knows.
    public static let writeCommitted = FailurePoint("write.committed")
    /// An append's records are in the transaction.
    public static let appendWritten = FailurePoint("append.written")
    /// Committed; the caller does not know yet.
    public static let appendCommitted = FailurePoint("append.committed")
    public static let commitBegun = FailurePoint("commit.begun")
    /// A commit's outputs are in the transaction, its offsets not.
    public static let commitOutputs = FailurePoint("commit.outputs")
    /// Outputs and offsets are in the transaction.
    public static let commitOffsets = FailurePoint("commit.offsets")
    public static let commitCommitted = FailurePoint("commit.committed")
    public static let joined = FailurePoint("group.joined")
    /// A new assignment is in the transaction.
    public static let assigned = FailurePoint("group.assigned")
    public static let released = FailurePoint("group.released")
    public static let left = FailurePoint("group.left")
    public static let checkpointBegun = FailurePoint("checkpoint.begun")
    public static let checkpointDone = FailurePoint("checkpoint.done")
    /// Some of what a compaction removes is removed.
    public static let compacting = FailurePoint("compaction.some")
    public static let compacted = FailurePoint("compaction.done")
    /// The partition begins later, its old records are still there.
    public static let trimming = FailurePoint("trim.begun")

    /// Every boundary of the embedded bus at which a crash test stops the process.
    public static let ofEmbeddedBus: [FailurePoint] = [
      .schemaBegun, .schemaMade, .schemaCommitted, .writeQueued, .writeCommitted, .appendWritten, .appendCommitted,
      .commitBegun,
      .commitOutputs, .commitOffsets, .commitCommitted, .joined, .assigned, .released, .left, .checkpointBegun,
      .checkpointDone, .compacting, .compacted, .trimming,
    ]
  }
#endif
