import CooperationModel
import TopicBus

/// What an HTTP client is told when it does not get what it asked for: RFC 9457 problem details, in its language.
package struct Problem: Error, Equatable {
  package var status: Int
  /// A stable name for programs: the last part of the problem's type.
  package var code: String
  package var title: Localized
  package var detail: Localized?
  package var violations: [Violation]
  /// Seconds after which it may be tried again.
  package var retryAfter: Int?
  /// The methods that a route has, for 405.
  package var allow: [String]
  /// The rest of the request is not read: the connection ends with the answer.
  package var endsConnection: Bool

  package init(
    _ status: Int, _ code: String, title: Localized, detail: Localized? = nil, violations: [Violation] = [],
    retryAfter: Int? = nil, allow: [String] = [], endsConnection: Bool = false
  ) {
    self.status = status
    self.code = code
    self.title = title
    self.detail = detail
    self.violations = violations
    self.retryAfter = retryAfter
    self.allow = allow
    self.endsConnection = endsConnection
  }

  /// As a URI: `urn:bourse-projets:problem:invalid`.
  package var type: String { "urn:bourse-projets:problem:\(code)" }
}

/// The body that is sent.
struct ProblemDocument: Encodable {
  var type: String
  var title: String
  var status: Int
  var detail: String?
  /// Names the request, as logs do.
  var instance: String
  var violations: [Entry]?

  struct Entry: Encodable {
    var pointer: String
    var code: String
    var message: String
  }

  init(_ problem: Problem, request: String, language: Language) {
    type = problem.type
    title = problem.title[language]
    status = problem.status
    detail = problem.detail?[language]
    instance = "urn:bourse-projets:request:\(request)"
    violations =
      problem.violations.isEmpty
      ? nil : problem.violations.map { Entry(pointer: $0.pointer, code: $0.code, message: $0.message[language]) }
  }
}

extension Problem {
  /// The problem that an error is to the client. What it does not know becomes a 500 that says nothing of it.
  package init(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let rejection as Rejection: self.init(rejection)
    case let error as TokenError: self = .unauthorized(error)
    case let error as BusError: self.init(error)
    case let error as DecodingError: self.init(Rejection(.invalid, [Violation(error)]))
    case is CancellationError: self = .overloaded
    default: self = .failed
    }
  }

  package init(_ rejection: Rejection) {
    let (status, title) =
      switch rejection.reason {
      case .invalid: (422, Localized(fr: "La demande n’est pas valide", en: "The request is not valid"))
      case .forbidden: (403, Localized(fr: "Vous n’en avez pas le droit", en: "You may not do that"))
      case .notFound: (404, Localized(fr: "Il n’y a rien à cette adresse", en: "There is nothing at this address"))
      case .conflict: (409, Localized(fr: "L’état actuel ne le permet pas", en: "The current state forbids it"))
      case .stale: (412, Localized(fr: "Une autre version est en vigueur", en: "Another version is current"))
      case .versionRequired:
        (428, Localized(fr: "Il faut nommer la version vue", en: "The version that was seen must be named"))
      }
    self.init(
      status, rejection.reason.rawValue, title: title,
      detail: rejection.violations.count == 1 ? rejection.violations[0].message : nil, violations: rejection.violations)
  }

  package init(_ error: BusError) {
    switch error {
    case .unavailable, .uncertain, .fenced, .aborted, .closed, .full: self = .busAway
    case .tooLarge: self = .tooLarge(limit: nil)
    case .fatal, .unknownTopic, .partitionMismatch, .offsetOutOfRange, .corrupt, .refused: self = .failed
    }
  }
}
