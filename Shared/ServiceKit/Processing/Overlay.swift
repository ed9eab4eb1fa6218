import CooperationModel

/// The state as a step sees it: its own writes on top, which become the state's when the commit is acknowledged.
///
/// Only tables of the processor's own can be written; global tables and what is derived from them are frozen.
@dynamicMemberLookup
package struct Overlay<State: Sendable>: Sendable {
  var state: State
  private let topology: Topology<State>

  init(_ state: State, topology: Topology<State>) {
    self.state = state
    self.topology = topology
  }

  package subscript<Key, Value>(dynamicMember path: WritableKeyPath<State, Table<Key, Value>>) -> Table<Key, Value> {
    get { state[keyPath: path] }
    _modify { yield &state[keyPath: path] }
  }

  package subscript<Member>(dynamicMember path: KeyPath<State, Member>) -> Member { state[keyPath: path] }

  /// The whole, for reading.
  package var current: State { state }

  /// Does something whose writes are undone when it throws.
  package mutating func attempt<Result, Failure: Error>(
    _ body: (inout Overlay<State>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let marks = topology.marks(in: state)
    do {
      return try body(&self)
    } catch {
      topology.rollback(&state, to: marks)
      throw error
    }
  }
}
