import CooperationModel
import Foundation

/// A problem (RFC 9457) that a service answered with, as far as it is shown.
struct ProblemAnswer: Decodable {
  var title: String?
  var detail: String?
  var violations: [Fault]?

  struct Fault: Decodable {
    var pointer: String
    var message: String
  }

  /// What the command ends with: 69 where trying again may help, 65 where it does not.
  static func failure(_ answer: HTTPExchange.Answer, _ what: String) -> Failure {
    let problem = try? JSON.decode(ProblemAnswer.self, from: answer.body)
    let faults = problem?.violations?.map { "\($0.pointer): \($0.message)" } ?? []
    let text = ([problem?.detail ?? problem?.title].compactMap { $0 } + faults).joined(separator: "; ")
    return Failure("\(what) (\(answer.status)): \(text)", answer.status >= 500 || answer.status == 429 ? 69 : 65)
  }
}
