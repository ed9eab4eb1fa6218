import Foundation
import Testing

/// Runs the Python scripts beside these tests.
enum Python {
  static func script(_ name: String, beside file: String = #filePath) -> String {
    URL(filePath: file).deletingLastPathComponent().appending(path: name).path
  }

  /// A process of `python3`, not started.
  static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    return process
  }
}

/// A mail as Python's email package reads it.
struct ReadMail: Decodable {
  var headers: [[String]]
  var addresses: [String: [[String]]]
  var text: String
  var html: String
  var defects: [String]

  init(_ bytes: [UInt8]) throws {
    let process = Python.process([Python.script("read_mail.py")])
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // The script reads all of its input before it writes.
    try input.fileHandleForWriting.write(contentsOf: Data(bytes))
    try input.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    self = try JSONDecoder().decode(ReadMail.self, from: data)
  }

  func header(_ name: String) -> String? { headers.first { $0.first == name }?.last }
  var headerNames: [String] { headers.compactMap(\.first) }
}
