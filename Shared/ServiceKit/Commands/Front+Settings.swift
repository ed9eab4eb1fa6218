import CooperationModel

/// A front's state that holds the settings.
package protocol KnowsSettings: Sendable {
  var settings: View<SettingID, Setting> { get }
}

extension KnowsSettings {
  /// Why the service is not ready, as far as settings go: without any, the log was never set up.
  package var lacksSettings: String? {
    settings.count == 0 ? "the log has no settings: run `bourse topics apply`" : nil
  }
}

extension KnowsSettings {
  /// The log's id, which a restore changes; nil before the log was set up.
  package var logID: String? {
    settings[.log].flatMap { try? $0.value.decoded(as: LogSettings.self).id }
  }
}

extension Front where State: KnowsSettings {
  /// Waits for the log's id.
  ///
  /// - Returns: nil when the front ended before.
  package func logID() async -> String? {
    guard await caughtUp() else { return nil }
    while !Task.isCancelled {
      if let id = read(\.logID) { return id }
      _ = await wait(60_000) { $0.logID != nil }
    }
    return nil
  }

  /// Whether a token was revoked, by its `jti`.
  package func isRevoked(_ token: String) -> Bool {
    guard let id = SettingID("revoked:\(token)") else { return false }
    return read { $0.settings[id] != nil }
  }
}

extension Front {
  /// The same routes, which answer 503 until the tables were read to the end once: before that they would deny what is
  /// there.
  package nonisolated func guarding(_ routes: [Route]) -> [Route] {
    routes.map { route in
      var guarded = route
      guarded.handle = { call in
        guard self.isCaughtUp else { throw Problem.starting }
        return try await route.handle(call)
      }
      return guarded
    }
  }
}

extension Problem {
  static let starting = Problem(
    503, "starting",
    title: Localized(fr: "Le service démarre", en: "The service is starting"),
    detail: Localized(
      fr: "Il relit ses données\u{202F}: réessayez dans un instant.", en: "It reads its data: try again in a moment."),
    retryAfter: 1, endsConnection: false)
}
