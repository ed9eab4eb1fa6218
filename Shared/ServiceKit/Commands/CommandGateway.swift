import CooperationModel
import Synchronization
import TopicBus

/// A front's state that holds the outcomes of the last 24 hours.
package protocol FrontState: Sendable {
  var outcomes: View<CommandID, CommandOutcome> { get }
}

/// How a front gives a command to whoever decides it, and waits for what becomes of it.
package struct CommandGateway<State: FrontState>: Sendable {
  /// What append, outcome and table together may take, in milliseconds.
  package static var budget: Int64 { 2_000 }

  /// What became of a command, as far as the front knows in time.
  package enum Answer: Sendable, Equatable {
    /// Done, and the front's own table shows it.
    case done(version: Int, isCreated: Bool)
    /// Done, but the table is late: answer with place and version, without a body.
    case late(version: Int, isCreated: Bool)
    case rejected(Rejection)
    /// The same id came before with another body or version: 422, and the first outcome stands.
    case conflict
    /// In the log, not decided yet: 202.
    case undecided
  }

  private let bus: any TopicBus
  private let front: Front<State>
  private let topic: CommandTopic
  private let source: String

  package init(bus: any TopicBus, front: Front<State>, topic: CommandTopic, source: String) {
    self.bus = bus
    self.front = front
    self.topic = topic
    self.source = source
  }

  /// Appends a command and waits for its outcome.
  ///
  /// - Parameter isVisible: whether the front's table has the entity's version.
  /// - Throws: ``BusError`` when the append is not acknowledged in time: to repeat with the same id is safe.
  package func submit(
    _ command: Command, isVisible: @escaping @Sendable (State, Int) -> Bool
  ) async throws(BusError) -> Answer {
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(Self.budget)
    func left() -> Int64 {
      let seconds = clock.now.duration(to: end).components
      return max(0, seconds.seconds * 1_000 + seconds.attoseconds / 1_000_000_000_000_000)
    }
    if await outcome(of: command.id) == nil { try await append([command], within: Self.budget) }
    let id = command.id
    guard await front.wait(left(), until: { $0.outcomes[id] != nil }), let outcome = await outcome(of: id) else {
      return .undecided
    }
    guard outcome.digest == command.payload.digest || outcome.digest.isEmpty else { return .conflict }
    switch outcome.result {
    case .rejected(let rejection): return .rejected(rejection)
    case .accepted(let version, let isCreated):
      let isThere = await front.wait(left()) { isVisible($0, version) }
      return isThere ? .done(version: version, isCreated: isCreated) : .late(version: version, isCreated: isCreated)
    }
  }

  /// What the front knows of a command.
  package func outcome(of id: CommandID) async -> CommandOutcome? {
    await front.read { $0.outcomes[id] }
  }

  /// Reads the front's tables as they are now.
  package func read<Result: Sendable>(_ body: @Sendable (State) -> Result) async -> Result { await front.read(body) }

  /// Waits until the front's tables fulfil a condition, for so many milliseconds at most.
  package func wait(_ milliseconds: Int64, until isTrue: @escaping @Sendable (State) -> Bool) async -> Bool {
    await front.wait(milliseconds, until: isTrue)
  }

  /// Appends commands in their order, without waiting for what becomes of them.
  ///
  /// - Throws: ``BusError`` when the append is not acknowledged in so many milliseconds: to repeat with the same ids is
  ///   safe.
  package func append(_ commands: [Command], within budget: Int64) async throws(BusError) {
    let records: [Outgoing]
    let trace = TraceContext.current
    do {
      records = try commands.map { try topic.record($0, source: source, trace: trace) }
    } catch {
      throw .refused("the command cannot be encoded: \(error)")
    }
    // Not a child task: the answer must not wait for a thread that is stuck in the bus.
    let result: Result<Void, BusError>? = await withDeadline(budget) { [bus] in
      do throws(BusError) {
        _ = try await bus.append(records)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success: return
    case .failure(let error): throw error
    case nil: throw .unavailable("the append was not acknowledged in \(budget) ms")
    }
  }
}

/// What the body gives within so many milliseconds, or nil; the body goes on by itself.
func withDeadline<Value: Sendable>(
  _ milliseconds: Int64, _ body: @escaping @Sendable () async -> Value
) async -> Value? {
  await withCheckedContinuation { continuation in
    let answer = FirstAnswer(continuation)
    let timer = Task {
      try? await Task.sleep(for: .milliseconds(milliseconds))
      answer.give(nil)
    }
    Task {
      answer.give(await body())
      timer.cancel()
    }
  }
}

/// A continuation that takes the first of several answers.
private final class FirstAnswer<Value: Sendable>: Sendable {
  private let continuation: Mutex<CheckedContinuation<Value?, Never>?>

  init(_ continuation: CheckedContinuation<Value?, Never>) { self.continuation = Mutex(continuation) }

  func give(_ value: Value?) {
    let waiting = continuation.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
    waiting?.resume(returning: value)
  }
}
