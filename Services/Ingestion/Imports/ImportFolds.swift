import CooperationModel

/// The imports of the last day as the outcomes tell of them: any front can say what became of one, also after a restart.
struct ImportFolds: Sendable {
  /// How many imports are told of; older ones are forgotten.
  static let most = 100

  private(set) var folds: [CommandID: Fold] = [:]
  private var order: [CommandID] = []

  struct Fold: Sendable, Equatable {
    var kind: ImportKind
    var tally = ImportTally()
    /// When the last of them was received.
    var until: Instant
  }

  subscript(id: CommandID) -> Fold? { folds[id] }

  /// Takes in an outcome that is new.
  mutating func apply(_ outcome: CommandOutcome) {
    guard let origin = outcome.origin, let kind = ImportKind(command: outcome.kind) else { return }
    let id = origin.import
    if folds[id] == nil {
      order.append(id)
      if order.count > Self.most { folds[order.removeFirst()] = nil }
    }
    folds[id, default: Fold(kind: kind, until: outcome.receivedAt)].take(outcome, origin)
  }
}

extension ImportFolds.Fold {
  fileprivate mutating func take(_ outcome: CommandOutcome, _ origin: CommandOrigin) {
    until = max(until, outcome.receivedAt)
    tally.note(outcome, kind, line: origin.line, version: origin.version, reference: nil, isKnown: false)
  }
}

extension ImportKind {
  /// The kind of import that gives such commands: `request.import` is of `requests`.
  fileprivate init?(command: String) {
    self.init(rawValue: command.prefix { $0 != "." } + "s")
  }
}
