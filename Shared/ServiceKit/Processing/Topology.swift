import CooperationModel
import TopicBus

/// Everything a processor reads, keeps and writes, declared in one place.
///
/// Inputs, kept tables and commands about one entity share partition key, partitioner and count; a mismatch is refused
/// when the topology is checked at start.
///
/// A class, for it is looked at in every step, and never changes.
package final class Topology<State: Sendable>: Sendable {
  /// The group's name.
  package let name: String
  let edges: [Edge<State>]

  /// The topics that the group consumes, in order.
  package let streams: [String]
  /// The topics restored for owned partitions.
  let restored: [Edge<State>]
  /// The topics that are read whole.
  let views: [Edge<State>]
  /// Topics of which whoever reads them needs every record, not the newest of each key alone: of an input, what cannot be
  /// read is set aside; where records age, none takes another's place.
  package let unreplaced: Set<String>

  // What is done to all of them in every step.
  private let places: [Edge<State>.Place]
  private let journals: [Edge<State>.Journal]
  private let drops: [Edge<State>.Place]
  private let emits: [Edge<State>.Emit]
  private let folds: [String: Edge<State>.Fold]

  package init(_ name: String, @TopologyBuilder<State> _ edges: () -> [Edge<State>]) {
    self.name = name
    self.edges = edges()
    streams = self.edges.filter(\.role.isStream).map(\.topic)
    restored = self.edges.filter(\.role.isRestored)
    views = self.edges.filter { $0.role == .view }
    unreplaced = Set(self.edges.filter { $0.role.isStream || $0.window != nil }.map(\.topic))
    places = self.edges.compactMap(\.place)
    journals = self.edges.compactMap(\.journal)
    drops = self.edges.compactMap(\.drop)
    emits = self.edges.compactMap(\.emit)
    folds = Dictionary(views.compactMap { edge in edge.apply.map { (edge.topic, $0) } }) { first, _ in first }
  }

  /// How many partitions the streams have.
  package var partitions: Int { edges.first(where: \.role.isStream)?.partitions ?? 0 }
  /// The topics that are read whole, as declared.
  package var viewDeclarations: [TopicDeclaration] { views.map(\.declaration) }
  /// Every topic that it touches, as declared.
  package var declarations: [TopicDeclaration] { edges.map(\.declaration) }

  // A topic may be an input for its own partitions and a global table for all.
  func streamEdge(of topic: String) -> Edge<State>? { edges.first { $0.topic == topic && $0.role.isStream } }
  func restoredEdge(of topic: String) -> Edge<State>? { edges.first { $0.topic == topic && $0.role.isRestored } }
  /// What takes in a record of a global table; nil for another topic.
  func view(of topic: String) -> Edge<State>.Fold? { folds[topic] }

  /// What is wrong with the declaration itself; empty when nothing is.
  package var faults: [String] {
    var faults: [String] = []
    if streams.isEmpty { faults.append("\(name) has no input: nothing would fence it") }
    for edge in edges where edge.role.isStream && edge.partitions != partitions {
      faults.append("\(name): \(edge.topic) has \(edge.partitions) partitions, the other inputs have \(partitions)")
    }
    for edge in edges where edge.role == .kept(.samePartition) && edge.partitions < partitions {
      faults.append("\(name): \(edge.topic) has \(edge.partitions) partitions, its inputs have \(partitions)")
    }
    if edges.contains(where: { $0.role == .kept(.everyPartition) }) && partitions != 1 {
      faults.append("\(name) keeps every partition of a topic, so one input partition must fence it")
    }
    return faults
  }

  // MARK: Over all tables at once

  func begin(_ state: inout State, for partition: Int) {
    for place in places { place(&state, partition) }
  }
  func marks(in state: State) -> [Int] { journals.map { $0.mark(state) } }
  func rollback(_ state: inout State, to marks: [Int]) {
    for (journal, mark) in zip(journals, marks) { journal.rollback(&state, mark) }
  }
  func rollback(_ state: inout State) {
    for journal in journals { journal.rollback(&state, 0) }
  }
  func commit(_ state: inout State) {
    for journal in journals { journal.commit(&state) }
  }
  func drop(_ state: inout State, _ partition: Int) {
    for drop in drops { drop(&state, partition) }
  }
  func emit(_ state: inout State, _ context: Context, source: String) throws -> [Outgoing] {
    var outputs: [Outgoing] = []
    for emit in emits { try emit(&state, context, source, &outputs) }
    return outputs
  }
}

@resultBuilder
package enum TopologyBuilder<State: Sendable> {
  package static func buildExpression(_ edge: Edge<State>) -> Edge<State> { edge }
  package static func buildBlock(_ edges: Edge<State>...) -> [Edge<State>] { edges }
}

/// Where a kept topic's records lie, seen from the input partition that they belong to.
package enum KeptScope: Hashable, Sendable {
  /// In the partition of the same number.
  case samePartition
  /// Anywhere: the owner of the one input partition restores all of it.
  case everyPartition
}

/// One topic's place in a topology.
package struct Edge<State: Sendable>: Sendable {
  enum Role: Hashable {
    case commands
    case input
    case kept(KeptScope)
    case view
    case output

    var isStream: Bool { self == .commands || self == .input }
    var isRestored: Bool {
      switch self {
      case .input, .kept: true
      case .commands, .view, .output: false
      }
    }
  }

  let role: Role
  let topic: String
  let partitions: Int
  let declaration: TopicDeclaration
  /// Restored from so long ago on; nil: from the beginning.
  var window: Instant.Span?
  typealias Fold = @Sendable (Record, inout State) throws(BadRecord) -> TableChange?
  /// Takes in what the log already holds: a table's restore, or a global table's change.
  var apply: Fold?
  /// Takes in an input's record within a step.
  var fold: Fold?
  typealias Place = @Sendable (inout State, Int) -> Void
  typealias Emit = @Sendable (inout State, Context, String, inout [Outgoing]) throws -> Void
  /// Says of which partition what is written next is.
  var place: Place?
  var journal: Journal?
  /// Forgets a partition.
  var drop: Place?
  var emit: Emit?

  /// What a table wrote and may take back.
  struct Journal: Sendable {
    var mark: @Sendable (State) -> Int
    var rollback: @Sendable (inout State, Int) -> Void
    var commit: @Sendable (inout State) -> Void
  }

  init(role: Role, _ declaration: TopicDeclaration) {
    self.role = role
    self.declaration = declaration
    topic = declaration.name
    partitions = declaration.partitions
  }
}

/// A stream of commands, consumed record by record.
package func Commands<State>(_ topic: CommandTopic) -> Edge<State> {
  Edge(role: .commands, topic.declaration)
}

/// A topic that is written to beside what is kept.
package func Output<State>(_ topic: CommandTopic) -> Edge<State> {
  Edge(role: .output, topic.declaration)
}

/// A deriver's input: this instance's share of a topic, kept as a table; a change makes entities dirty.
package func Input<State, Key, Value: Equatable>(
  _ contract: TopicContract<Key, Value>, into path: WritableKeyPath<State, Table<Key, Value>> & Sendable
) -> Edge<State> {
  var edge = tableEdge(.input, contract, path)
  edge.fold = { (record, state) throws(BadRecord) in
    if contract.erasesNothing(record) { return nil }
    let (key, value) = try contract.read(record)
    let before = state[keyPath: path][key]
    guard before != value else { return nil }
    state[keyPath: path][key] = value
    return TableChange(topic: contract.topic, partition: record.partition, key: key, before: before, after: value)
  }
  return edge
}

/// A table that the processor alone writes: restored first, and every write to it is its topic's next record.
///
/// - Parameters:
///   - window: restored from so long ago on only, for topics whose records age.
///   - isOurs: leaves out what other writers put into the same topic.
package func Kept<State, Key, Value: Equatable>(
  _ contract: TopicContract<Key, Value>, into path: WritableKeyPath<State, Table<Key, Value>> & Sendable,
  scope: KeptScope = .samePartition, window: Instant.Span? = nil, where isOurs: (@Sendable (Value) -> Bool)? = nil
) -> Edge<State> {
  var edge = tableEdge(.kept(scope), contract, path, where: isOurs)
  edge.window = window
  if scope == .everyPartition {
    edge.place = { state, _ in state[keyPath: path].placement = .computed { contract.partition(of: $0, $1) } }
    edge.drop = { state, _ in
      for partition in 0..<contract.partitions { state[keyPath: path].drop(partition) }
    }
  }
  edge.emit = { state, context, source, outputs in
    for write in state[keyPath: path].emitWrites() {
      outputs.append(
        try contract.record(
          write.key, write.after, partition: write.partition, time: context.now, source: source, cause: context.cause))
    }
  }
  return edge
}

/// A global table: all partitions, known by every instance, frozen during a step.
///
/// - Parameter window: read from so long ago on only, for topics whose records age.
package func GlobalTable<State, Key, Value>(
  _ contract: TopicContract<Key, Value>, into path: WritableKeyPath<State, View<Key, Value>> & Sendable,
  window: Instant.Span? = nil
) -> Edge<State> {
  var edge = Edge<State>(role: .view, contract.declaration)
  edge.window = window
  edge.apply = { (record, state) throws(BadRecord) in
    if contract.erasesNothing(record) { return nil }
    let (key, value) = try contract.read(record)
    let before = state[keyPath: path][key]
    if let window {
      state[keyPath: path].apply(key, value, at: record.timestamp, window: window.milliseconds)
    } else {
      state[keyPath: path].apply(key, value)
    }
    return TableChange(topic: contract.topic, partition: record.partition, key: key, before: before, after: value)
  }
  return edge
}

private func tableEdge<State, Key, Value: Equatable>(
  _ role: Edge<State>.Role, _ contract: TopicContract<Key, Value>,
  _ path: WritableKeyPath<State, Table<Key, Value>> & Sendable, where isOurs: (@Sendable (Value) -> Bool)? = nil
) -> Edge<State> {
  var edge = Edge<State>(role: role, contract.declaration)
  edge.apply = { (record, state) throws(BadRecord) in
    if contract.erasesNothing(record) { return nil }
    let (key, value) = try contract.read(record)
    if let value, let isOurs, !isOurs(value) { return nil }
    let before = state[keyPath: path][key]
    state[keyPath: path].restore(key, value, partition: record.partition)
    return TableChange(topic: contract.topic, partition: record.partition, key: key, before: before, after: value)
  }
  edge.place = { state, partition in state[keyPath: path].placement = .current(partition) }
  edge.journal = Edge.Journal(
    mark: { state in state[keyPath: path].mark },
    rollback: { state, mark in state[keyPath: path].rollback(to: mark) },
    commit: { state in state[keyPath: path].commit() })
  edge.drop = { state, partition in state[keyPath: path].drop(partition) }
  return edge
}
