import BusChoice
import CooperationModel
import ServiceKit
import ServiceLifecycle

/// Tells collectivités and embassies what concerns them, once, in their language, and says why.
@main
struct Notifications: Microservice {
  static let name = "notifications"
  static let summary = Localized(
    fr: "Prévient les collectivités et les ambassades de ce qui les concerne.",
    en: "Tells authorities and embassies what concerns them.")
  static let options = NotificationsOptions.all

  static func assemble(_ setup: ServiceSetup) async throws -> [any Service] {
    let reference = try ReferenceData.load()
    let channel = try setup.channel()
    let dispatcher = Dispatcher(
      composer: try setup.composer(reference),
      links: Links(
        mint: try setup.linkMint(),
        ingestion: setup.configuration[NotificationsOptions.ingestion] ?? "http://127.0.0.1:8081",
        matcher: setup.configuration[NotificationsOptions.matcher] ?? "http://127.0.0.1:8082"),
      channel: channel, clock: setup.clock)
    let bus = try await setup.openBus()
    let front = Front(
      NotificationsFrontState.topology, state: NotificationsFrontState(), bus: bus, clock: setup.clock,
      logger: setup.logger)
    let messages = StoredTable(
      MessageRoutes.table, path: try setup.tableFile(MessageRoutes.table), bus: bus, clock: setup.clock,
      logger: setup.logger)
    let services: [any Service] = [
      FrontService(front, name: "tables", health: setup.health, lacks: \.lacksSettings),
      StoredTableService(messages, of: front, name: "messages", health: setup.health),
      WorkerService(
        RecipientProcessor(reference: reference, leavesMachine: channel.leavesMachine), state: { RecipientState() },
        bus: bus, setup: setup, sender: { dispatch in await dispatcher.send(dispatch) }),
      setup.server(
        routes: front.guarding(MessageRoutes(messages: messages).endpoints),
        verifier: try await setup.verifier { token in await front.isRevoked(token) }),
    ]
    guard let maildir = channel as? MaildirChannel else { return services }
    let keeper = LedgerKeeper(channel: maildir, clock: setup.clock, logger: setup.logger) {
      await MessageRoutes.waiting(in: messages)
    }
    return [keeper] + services
  }
}

extension ServiceSetup {
  /// Makes composers that know the links of one message.
  fileprivate func composer(_ reference: ReferenceData) throws -> @Sendable (@escaping LinkMaker) -> Composer {
    let text = configuration[NotificationsOptions.sender] ?? "bourse-projets@example.org"
    guard let sender = MailAddress(text) else {
      throw StartupError.configuration("mail.sender is \"\(text)\": give an e-mail address")
    }
    let name = configuration[NotificationsOptions.senderName] ?? "Bourse-projets"
    let domain = configuration[NotificationsOptions.domain] ?? "bourse-projets.example.org"
    let names = Names(reference)
    return { links in Composer(senderName: name, sender: sender, domain: domain, names: names, links: links) }
  }
}
