import Foundation
import Synchronization

/// A process of its own, started with no signal blocked or ignored whatever this process does with its own.
///
/// Foundation's `Process` hands its children a mask that keeps SIGTERM from some of them; here it is set explicitly.
final class ChildProcess: Sendable {
  let id: pid_t
  private let state = Mutex(State())

  private struct State {
    var end: End?
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var next = 0
  }

  /// How a process ended.
  enum End: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  struct CannotStart: Error, CustomStringConvertible {
    var path: String
    var code: Int32
    var description: String { "cannot start \(path): \(String(cString: strerror(code)))" }
  }

  /// - Parameter log: the file that its output is appended to.
  init(_ path: String, _ arguments: [String], environment: [String: String], log: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (all, none) = (sigset_t(), sigset_t())
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    let words = ([path] + arguments).map { strdup($0) }
    let variables = environment.map { strdup("\($0.key)=\($0.value)") }
    defer { for text in words + variables { free(text) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, path, &actions, &attributes, words + [nil], variables + [nil])
    guard code == 0 else { throw CannotStart(path: path, code: code) }
    id = child
    Thread { [self, child] in
      var status: Int32 = 0
      while waitpid(child, &status, 0) == -1 && errno == EINTR {}
      finish(status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: status & 0x7F))
    }.start()
  }

  /// One of the suite's executables.
  static func executable(_ name: String) -> String {
    let folder =
      ProcessInfo.processInfo.environment["END_TO_END_EXECUTABLES"].map { URL(fileURLWithPath: $0) }
      ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return folder.appendingPathComponent(name).path
  }

  /// This process's, without what configures the suite.
  static var environment: [String: String] {
    ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BOURSE_") }
  }

  private func finish(_ end: End) {
    let waiters = state.withLock { state in
      state.end = end
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }

  /// How it ended; nil while it lives.
  var end: End? { state.withLock { $0.end } }

  func send(_ signal: Int32) {
    // An ended child's number may be another process's by now.
    state.withLock { state in if state.end == nil { kill(id, signal) } }
  }

  /// Waits for its end.
  ///
  /// - Returns: nil when it still lives after so many seconds.
  func ended(within seconds: Double) async -> End? {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    let alarm = Task {
      try? await Task.sleep(for: .seconds(seconds))
      let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
      waiter?.resume()
    }
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.end == nil { state.waiters[number] = continuation }
        return state.end != nil
      }
      if isOver { continuation.resume() }
    }
    alarm.cancel()
    return end
  }

  /// The processor time it has used, in seconds.
  var processorTime: Double {
    guard let fields = Self.statFields(id), fields.count > 12, let user = Double(fields[11]),
      let system = Double(fields[12])
    else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// What it holds in memory, in MB.
  var residentMegabytes: Double {
    guard let fields = Self.statFields(id), fields.count > 21, let pages = Double(fields[21]) else { return 0 }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
  }

  /// The fields of `/proc/<id>/stat` behind the name, from the state on.
  private static func statFields(_ id: pid_t) -> [Substring]? {
    guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return nil }
    return text[text.index(after: name)...].split(separator: " ")
  }
}
