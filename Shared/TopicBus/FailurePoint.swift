#if DEBUG
  import Foundation
  import Synchronization

  /// A boundary at which a crash test stops the process, in debug builds only.
  ///
  /// `BOURSE_FAILURE_POINT=commit.outputs` kills the process (SIGKILL, so that nothing is tidied up) the first time it
  /// gets there, `BOURSE_FAILURE_POINT=commit.outputs:3` the third time. A test in the same process hooks in with
  /// ``onReached(_:)``. Targets declare their own points in extensions; call sites stand in `#if DEBUG`, so a release
  /// build has neither the names nor the calls.
  public struct FailurePoint: Hashable, Sendable {
    public let name: String

    public init(_ name: String) {
      self.name = name
    }

    /// Says that the process is here.
    public func reached() {
      Self.hook.withLock { $0 }?(self)
      guard let armed = Self.armed, armed.name == name else { return }
      let isDue = Self.countdown.withLock { left in
        left -= 1
        return left == 0
      }
      if isDue { kill(getpid(), SIGKILL) }
    }

    /// Sets, or with nil removes, what is called at every point that this process reaches.
    public static func onReached(_ body: (@Sendable (FailurePoint) -> Void)?) {
      hook.withLock { $0 = body }
    }

    private static let hook = Mutex<(@Sendable (FailurePoint) -> Void)?>(nil)
    private static let countdown = Mutex(armed?.count ?? 0)

    private static let armed: (name: String, count: Int)? = {
      guard let text = ProcessInfo.processInfo.environment["BOURSE_FAILURE_POINT"], !text.isEmpty else { return nil }
      let parts = text.split(separator: ":")
      return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
    }()
  }
#endif
