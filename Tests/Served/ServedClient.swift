import Foundation
import HTTPTypes
import NIOCore
import OutsideWorld
import ServiceKit

/// A client of a server that listens on a free port of this machine.
package struct ServedClient: Sendable {
  package let port: Int

  /// What was answered.
  package struct Answer: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: Data
    package var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// Sends one request over a connection of its own.
  package func execute(
    uri: String, method: HTTPRequest.Method, headers: HTTPFields = [:], body: Data? = nil
  ) async throws -> Answer {
    let answer = try await PlainHTTP.exchange(
      method.rawValue, uri, headers: headers.map { ($0.name.rawName, $0.value) }, body: body, port: port, timeout: 600)
    var fields = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    return Answer(status: HTTPResponse.Status(code: answer.status), headers: fields, body: answer.body)
  }
}

extension EdgeServer {
  /// Serves on a free port while the body runs.
  package func serve<Result>(_ body: (ServedClient) async throws -> Result) async throws -> Result {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let application = application(host: "127.0.0.1", port: 0) { port.yield($0) }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { port.finish() }
        try await application.run()
      }
      defer { group.cancelAll() }
      for await port in ports { return try await body(ServedClient(port: port)) }
      try await group.waitForAll()
      throw PlainHTTP.NoAnswer(description: "the server ended before it was asked anything")
    }
  }
}
