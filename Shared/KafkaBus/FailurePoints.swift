#if DEBUG
  import TopicBus

  extension FailurePoint {
    /// Outputs and offsets are with the broker, the transaction is not committed.
    public static let commitSent = FailurePoint("kafka.commit.sent")
    /// The transaction is committed, nobody was told.
    public static let commitAnswered = FailurePoint("kafka.commit.answered")
    /// Records are queued, none is acknowledged.
    public static let appendQueued = FailurePoint("kafka.append.queued")
  }
#endif
