#if DEBUG
  import TopicBus

  // The boundaries of the shell at which crash tests stop a process; the bus has its own.
  extension FailurePoint {
    static let eventTaken = FailurePoint("shell.event")
    static let commitBegun = FailurePoint("shell.commit-begun")
    static let commitAcknowledged = FailurePoint("shell.commit-acknowledged")
    static let restoring = FailurePoint("shell.restoring")
    static let sendBegun = FailurePoint("shell.send-begun")
    static let sendEnded = FailurePoint("shell.send-ended")
  }
#endif
