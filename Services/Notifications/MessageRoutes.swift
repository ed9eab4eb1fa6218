import CooperationModel
import ServiceKit

/// `/messages`: what was sent to whom, when and how it ended. For the ministry and operators; an owner sees its own.
struct MessageRoutes: Sendable {
  let messages: StoredTable<MessageID, OutboundMessage>

  /// Every message there ever was, on disk.
  static let table = StoredTableDeclaration(
    Topics.outboundMessages,
    columns: [StoredColumn("owner", \.owner.rawValue), StoredColumn("status", \.status.rawValue)])

  /// The messages that wait; nil while the table cannot tell.
  static func waiting(in messages: StoredTable<MessageID, OutboundMessage>) async -> Set<MessageID>? {
    guard await messages.caughtUp() else { return nil }
    var found: Set<MessageID> = []
    var after: String?
    repeat {
      let request = PageRequest(limit: 1_000, after: after)
      guard let page = try? await messages.page(request, where: [("status", OutboundMessage.Status.pending.rawValue)])
      else { return nil }
      found.formUnion(page.items.map(\.id))
      after = page.next.flatMap(Cursor.key)
    } while after != nil
    return found
  }

  private static let schema = Schema.object(
    required: [
      "id": .uuid, "contact": .uuid, "owner": .string(), "kind": .oneOf(OutboundMessage.Kind.self),
      "status": .oneOf(OutboundMessage.Status.self), "attempt": .integer(minimum: 0), "createdAt": .instant,
      "notBefore": .instant, "subjects": .array(.string()), "version": .integer(minimum: 1),
    ], optional: ["outcome": .any]
  ).named("OutboundMessage")

  var endpoints: [Route] {
    [
      Route(
        .get, "/messages", "listMessages", fr: "Lister les messages", en: "List messages",
        parameters: [
          .query("owner", .string(), fr: "D’un destinataire", en: "Of an owner"),
          .query("status", .oneOf(OutboundMessage.Status.self), fr: "À un état", en: "Of a status"),
          .query("limit", .integer(minimum: 1, maximum: 500), fr: "Combien au plus (50)", en: "How many at most (50)"),
          .query("after", .string(), fr: "Le curseur de la page précédente", en: "The previous page's cursor"),
        ],
        answers: [
          Route.Answer(
            200, fr: "Une page", en: "A page",
            .object(required: ["items": .array(Self.schema)], optional: ["next": .string()]))
        ]
      ) { call in
        let actor = try call.signedIn()
        let owner = try call.query("owner", as: OwnerID.self) ?? OwnerID(of: actor)
        let page = try call.page()
        guard owner.map(actor.mayWrite) ?? actor.readsAll else {
          return try .json(Page<OutboundMessage>(items: [], next: nil))
        }
        let conditions = [("owner", owner?.rawValue), ("status", call.query("status"))]
        return try .json(
          await messages.page(page, where: conditions.compactMap { column, text in text.map { (column, $0) } }))
      },
      Route(
        .get, "/messages/{id}", "readMessage", fr: "Lire un message", en: "Read a message",
        answers: [Route.Answer(200, fr: "Le message", en: "The message", Self.schema, headers: ["ETag"])]
      ) { call in
        let id = try call.path("id", as: MessageID.self)
        let actor = try call.signedIn()
        guard let message = try await messages.value(id), actor.mayWrite(for: message.owner) else {
          throw Problem.notFound
        }
        return try .json(message, version: message.version)
      },
    ]
  }
}

extension Actor {
  /// Sees everyone's messages.
  fileprivate var readsAll: Bool { role == .ministry || role == .operator }
}

extension OwnerID {
  /// Whose messages an actor of a certain place sees; nil for those who see everyone's.
  fileprivate init?(of actor: Actor) {
    let text: String? =
      switch actor.role {
      case .embassy: actor.country.map { "embassy:\($0)" }
      case .collectivite: actor.collectivite?.rawValue
      case .prefecture: actor.territory.map { "prefecture:\($0)" }
      case .ministry, .operator, .contact: nil
      }
    guard let text else { return nil }
    self.init(rawValue: text)
  }
}
