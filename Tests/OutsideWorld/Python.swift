import Foundation

/// Runs the Python scripts beside tests.
package enum Python {
  package static func script(_ name: String, beside file: String = #filePath) -> String {
    URL(filePath: file).deletingLastPathComponent().appending(path: name).path
  }

  /// A process of `python3`, not started.
  package static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    return process
  }
}

extension FileHandle {
  /// The next line. The end of a pipe is not waited for: another child process may have inherited it.
  package func readLine() throws -> Data {
    var line = Data()
    while let byte = try read(upToCount: 1), byte != Data([0x0A]), !byte.isEmpty { line += byte }
    return line
  }
}
