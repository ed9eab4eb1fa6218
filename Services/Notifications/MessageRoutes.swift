import CooperationModel
import ServiceKit

/// `/messages`: what was sent to whom, when and how it ended. For the ministry and operators; an owner sees its own.
struct MessageRoutes: Sendable {
  let front: Front<NotificationsFrontState>

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
        let owner = try call.query("owner", as: OwnerID.self)
        let status = call.query("status").flatMap(OutboundMessage.Status.init)
        let actor = try call.signedIn()
        let page = try call.page()
        return try .json(
          await front.read { state in
            page.page(
              of: state.messages.sortedKeys().compactMap { state.messages[$0] }.filter { message in
                actor.mayWrite(for: message.owner) && (owner == nil || message.owner == owner)
                  && (status == nil || message.status == status)
              }, key: \.id.rawValue)
          })
      },
      Route(
        .get, "/messages/{id}", "readMessage", fr: "Lire un message", en: "Read a message",
        answers: [Route.Answer(200, fr: "Le message", en: "The message", Self.schema, headers: ["ETag"])]
      ) { call in
        let id = try call.path("id", as: MessageID.self)
        let actor = try call.signedIn()
        guard let message = await front.read({ $0.messages[id] }), actor.mayWrite(for: message.owner) else {
          throw Problem.notFound
        }
        return try .json(message, version: message.version)
      },
    ]
  }
}
