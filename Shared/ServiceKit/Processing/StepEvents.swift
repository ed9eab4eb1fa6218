import CooperationModel
import TopicBus

/// What can happen to a step.
package enum StepEvent<P: Processor>: Sendable {
  /// The member has joined its group: from here on it can be polled.
  case joined
  /// The outstanding poll ended: with an event, or with nothing.
  case polled(GroupEvent?)
  /// Records of tables that are being restored, in order per partition.
  case restoring(epoch: Int, [Record])
  /// A restore reached the ends that it was to reach: where each restored input and stream stands.
  case restored(epoch: Int, ends: [TopicPartition: Int64])
  /// Records of global tables.
  case views([Record])
  case committed
  case commitFailed(BusError)
  case sent(P.Intent, P.Sent)
  /// An intent was not acted upon, since its partition went, or is about to go; with its tenure when it was asked.
  case notSent(P.Intent, of: Int?)
  case wake
  /// Finish what is in hand and stop.
  case stopping
}

/// What a step asks its shell to do.
package enum StepAction<P: Processor>: Sendable {
  /// Poll the member; its end is to be told by ``StepEvent/polled(_:)``. One is outstanding at most.
  case poll(FetchLimit?, of: Set<TopicPartition>)
  /// Cut the outstanding poll short: it ends with what it has, or with nothing.
  case cutPoll
  case restore(RestorePlan)
  /// Read on from there. Cuts the outstanding poll short first.
  case seek([TopicPartition: Int64])
  case commit(Commit)
  case release(Set<TopicPartition>)
  case send(P.Intent)
  /// Give a ``StepEvent/wake`` then; nil: none is needed.
  case wakeAt(Instant?)
  /// Throw the member away, forget all, and begin anew.
  case restart(BusError)
  /// Leave the group and stay away, not ready: only an operator can help.
  case stop(Halt?)
}

/// What is to be restored for partitions that were assigned.
package struct RestorePlan: Sendable, Equatable {
  /// Which restore this is; its events name it.
  package var epoch: Int
  /// Every partition of every kept topic and input, and how far back it is needed (nil: from the beginning).
  package var sources: [Source]

  package struct Source: Sendable, Equatable {
    package var partition: TopicPartition
    package var window: Instant.Span?
  }
}

/// Why a partition, or the whole of a step, stands still.
package struct Halt: Error, Sendable, Equatable, CustomStringConvertible {
  package var topic: String
  package var partition: Int
  package var offset: Int64
  package var key: String
  package var text: String

  package var description: String {
    "\(topic)/\(partition) offset \(offset), key \(key): \(text); repair it with "
      + "`bourse state repair \(topic) \(key) --partition \(partition)`"
  }
}

/// What one step takes at most.
package struct StepLimits: Sendable {
  /// Input records.
  package var records: Int
  /// Bytes of output at which no more is taken.
  package var bytes: Int
  /// Output records at which no more is taken.
  package var outputs: Int
  /// Entities that are derived again before other events get their turn.
  package var recomputations: Int
  /// How entities are derived again by news that may be gathered.
  package var gathering: GatheringPace
  /// Intents that are acted upon at once.
  package var intents: Int
  /// How long what is being sent is waited for before a partition is given up, or the step stops, without its result.
  package var patience: Instant.Span
  /// Pauses after a commit that the bus could not take: the first, doubled up to the last.
  package var retry: ClosedRange<Int64>

  package init(
    records: Int = 500, bytes: Int = 2 << 20, outputs: Int = 1_000,
    recomputations: Int = 64, gathering: GatheringPace = GatheringPace(), intents: Int = 16,
    patience: Instant.Span = .seconds(10),
    retry: ClosedRange<Int64> = 50...5_000
  ) {
    self.records = records
    self.bytes = bytes
    self.outputs = outputs
    self.recomputations = recomputations
    self.gathering = gathering
    self.intents = intents
    self.patience = patience
    self.retry = retry
  }
}
