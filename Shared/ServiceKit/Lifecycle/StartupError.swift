/// Why a service does not start: one line that names the fact and the remedy, and the exit status (as in `sysexits.h`).
package struct StartupError: Error, Equatable, CustomStringConvertible {
  package var message: String
  package var exit: Int32

  package init(_ message: String, exit: Int32) {
    self.message = message
    self.exit = exit
  }

  /// A flag is wrong or unknown: 64.
  package static func usage(_ message: String) -> Self { Self(message, exit: 64) }
  /// A value of the environment, of the file, or a file that a value names is wrong: 78.
  package static func configuration(_ message: String) -> Self { Self(message, exit: 78) }
  /// Something it needs is not there: 69.
  package static func unavailable(_ message: String) -> Self { Self(message, exit: 69) }

  package var description: String { message }
}
