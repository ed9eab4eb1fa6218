import CooperationModel
import TopicBus

/// What a service does with the topics: pure, synchronous, driven by a ``Step``.
///
/// A *decider* consumes commands; a *deriver* keeps its inputs as tables and recomputes what follows from them. Neither
/// reads a clock, a file or the network: all it knows comes in by its arguments.
package protocol Processor: Sendable {
  associatedtype State: Sendable
  associatedtype EntityID: Comparable & Hashable & Sendable
  /// The order in which dirty entities are taken; by default the oldest dirt first.
  associatedtype Priority: Comparable & Sendable = Int
  /// Something to be done outside the log once the commit that holds its reason is acknowledged.
  associatedtype Intent: Sendable & Equatable = Never
  /// What became of an intent.
  associatedtype Sent: Sendable = Never

  /// Everything it reads, keeps and writes.
  static var topology: Topology<State> { get }

  /// Acts on one record of a command stream. Writes to kept tables are outputs; what it returns goes out as well.
  ///
  /// - Throws: ``BadRecord`` for one that cannot be understood: it goes to the dead letters, its writes are undone, and
  ///   its partition goes on.
  func process(_ record: Record, _ state: inout Overlay<State>, _ context: Context) throws(BadRecord) -> [Outgoing]

  /// Answers whoever waits for a record that went to the dead letters, as far as it can be read.
  func refuse(_ record: Record, because failure: BadRecord, _ state: inout Overlay<State>, _ context: Context)

  /// The entities of owned partitions that a change of an input or of a global table makes dirty, in a stated order.
  func affected(by change: TableChange, in state: State) -> [EntityID]

  /// Whether what a change makes dirty may be gathered: an entity that such changes keep touching is derived again once in
  /// a while, not once for each of them.
  func mayGather(after change: TableChange) -> Bool

  /// Derives one dirty entity again. Writes only what differs: equal results write nothing.
  func recompute(_ id: EntityID, _ state: inout Overlay<State>, _ context: Context) -> Recomputed

  /// Every entity of an owned partition, in order: all are dirty when the partition comes.
  func owned(in partition: Int, of state: State) -> [EntityID]

  /// The partition for which an entity is recomputed: the one whose owner alone may write it.
  func partition(of id: EntityID, in state: State) -> Int?

  /// The next instant at which time changes something, and for whom. Read off the state, never stored.
  func nextDue(in state: inout State) -> (Instant, EntityID)?

  /// A timer was answered by a recomputation: for timers that are read off what time has passed, rather than off what the
  /// recomputation changed.
  func didFire(_ id: EntityID, at instant: Instant, in state: inout State)

  /// The dirty entity's place in the order of work; the least goes first. Equal ones go by age.
  func priority(of id: EntityID, in state: State, now: Instant) -> Priority

  /// Keeps what is derived from global tables (columns, indexes) in step with them. Called after the change stands.
  func absorb(_ change: TableChange, into state: inout State)

  /// Keeps what is derived from the processor's own tables (indexes, books) in step with them, by the keys that they say
  /// were touched: written, undone, restored or dropped. Called before anything else is asked.
  ///
  /// - Returns: entities that become dirty by it.
  func refresh(_ state: inout State) -> [EntityID]

  /// The intents that may be acted upon now, oldest first: a function of the committed state.
  func intents(in state: State, now: Instant, limit: Int, unless inFlight: (Intent) -> Bool) -> [Intent]

  /// The next instant at which an intent becomes due.
  func nextIntent(in state: inout State, after now: Instant) -> Instant?

  /// Takes in what became of an intent. The entity is one of an owned partition, or the result is dropped.
  func sent(_ sent: Sent, _ state: inout Overlay<State>, _ context: Context)

  /// Which intents are being acted upon, whenever that changes.
  func note(inFlight: [Intent], in state: inout State)

  /// The partition that an intent, or its result, belongs to.
  func partition(ofIntent intent: Intent, in state: State) -> Int?
  func partition(ofSent sent: Sent, in state: State) -> Int?
}

extension Processor {
  package func process(
    _ record: Record, _ state: inout Overlay<State>, _ context: Context
  ) throws(BadRecord) -> [Outgoing] {
    throw BadRecord(
      stage: "process", code: "unexpected-topic", text: "\(record.topic) is no command stream of this processor")
  }
  package func refuse(
    _ record: Record, because failure: BadRecord, _ state: inout Overlay<State>, _ context: Context
  ) {}
  package func affected(by change: TableChange, in state: State) -> [EntityID] { [] }
  package func mayGather(after change: TableChange) -> Bool { false }
  package func recompute(_ id: EntityID, _ state: inout Overlay<State>, _ context: Context) -> Recomputed { .done }
  package func owned(in partition: Int, of state: State) -> [EntityID] { [] }
  package func nextDue(in state: inout State) -> (Instant, EntityID)? { nil }
  package func absorb(_ change: TableChange, into state: inout State) {}
  package func refresh(_ state: inout State) -> [EntityID] { [] }
  package func nextIntent(in state: inout State, after now: Instant) -> Instant? { nil }
  package func didFire(_ id: EntityID, at instant: Instant, in state: inout State) {}
  package func note(inFlight: [Intent], in state: inout State) {}
}

extension Processor where Priority == Int {
  package func priority(of id: EntityID, in state: State, now: Instant) -> Int { 0 }
}

extension Processor where Intent == Never {
  package func intents(in state: State, now: Instant, limit: Int, unless inFlight: (Never) -> Bool) -> [Never] { [] }
  package func partition(ofIntent intent: Never, in state: State) -> Int? {}
}

extension Processor where Sent == Never {
  package func sent(_ sent: Never, _ state: inout Overlay<State>, _ context: Context) {}
  package func partition(ofSent sent: Never, in state: State) -> Int? {}
}

/// What a recomputation leaves.
package struct Recomputed: Sendable {
  /// What goes out beside the writes to kept tables: commands to others.
  package var outputs: [Outgoing]
  /// More is to be done for this entity: it stays dirty, with its new priority.
  package var isUnfinished: Bool

  package init(outputs: [Outgoing] = [], isUnfinished: Bool = false) {
    self.outputs = outputs
    self.isUnfinished = isUnfinished
  }

  package static let done = Recomputed()
  package static let unfinished = Recomputed(isUnfinished: true)
}

/// What a processor is told beside the record.
package struct Context: Sendable {
  package var now: Instant
  /// The owned partition that is being worked for.
  package var partition: Int
  /// Why: a record's place (`topic/partition@offset`), or the time of a recomputation. What is written derives its id
  /// from it.
  package var cause: String

  package init(now: Instant, partition: Int, cause: String) {
    self.now = now
    self.partition = partition
    self.cause = cause
  }
}

/// A change of one key in an input or a global table.
package struct TableChange: Sendable {
  /// The topic's full name.
  package var topic: String
  package var partition: Int
  fileprivate var key: any Sendable
  fileprivate var before: (any Sendable)?
  fileprivate var after: (any Sendable)?

  init<Key: Identifier, Value: Sendable>(topic: String, partition: Int, key: Key, before: Value?, after: Value?) {
    self.topic = topic
    self.partition = partition
    self.key = key
    self.before = before
    self.after = after
  }

  /// The change as one of that topic; nil when it is of another.
  package func of<Key, Value>(_ contract: TopicContract<Key, Value>) -> (key: Key, before: Value?, after: Value?)? {
    guard topic == contract.topic, let key = key as? Key else { return nil }
    return (key, before as? Value, after as? Value)
  }
}

/// Why a record cannot be taken in.
package struct BadRecord: Error, Equatable, Sendable, CustomStringConvertible {
  /// `decode`, `process`, `schema`.
  package var stage: String
  /// A stable name for programs.
  package var code: String
  package var text: String

  package init(stage: String, code: String, text: String) {
    self.stage = stage
    self.code = code
    self.text = text
  }

  package var description: String { "\(stage): \(text) (\(code))" }
}
