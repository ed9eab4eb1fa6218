import CooperationModel
import ServiceKit

// The entities as HTTP clients see them.

let pageParameters: [Route.Parameter] = [
  .query("limit", .integer(minimum: 1, maximum: 500), fr: "Combien au plus (50)", en: "How many at most (50)"),
  .query("after", .string(), fr: "Le curseur de la page précédente", en: "The previous page's cursor"),
]

func pageSchema(_ item: Schema) -> Schema {
  .object(required: ["items": .array(item)], optional: ["next": .string()])
}

private let foreignAuthority = Schema.object(
  required: ["name": .string(maxLength: 200), "kind": .oneOf(ForeignAuthority.Kind.self)],
  optional: ["population": .integer(minimum: 1), "longitude": .number, "latitude": .number]
).named("ForeignAuthority")

private let transition = Schema.object(
  required: ["at": .instant, "by": .string(), "what": .string(), "status": .string()]
).named("Transition")

private let themes = Schema.array(.string(example: "environnement/eau-dechets/eau-assainissement"))

private let requestMembers: [String: Schema] = [
  "country": .string(example: "NE"), "authorities": .array(foreignAuthority), "title": .string(maxLength: 250),
  "summary": .string(maxLength: 4_000), "sought": .string(maxLength: 4_000), "themes": themes,
  "forms": .array(.oneOf(CooperationForm.self)),
  "wanted": .object(optional: [
    "kinds": .array(.oneOf(CollectiviteKind.self)), "populationMin": .integer(minimum: 0),
    "populationMax": .integer(minimum: 0), "territories": .array(.string()),
    "places": .array(.oneOf(PlaceKind.self)), "expertise": themes,
  ]), "languages": .array(.string(example: "fr")), "startsOn": .day, "endsOn": .day, "deadline": .day,
  "budget": .money, "fundingFound": .money, "existingPartners": .array(.string(example: "commune:35051")),
  "contact": .uuid,
]

let requestDraftSchema = draft(requestMembers, required: ["country"]).named("RequestDraft")

let requestSchema = entity(
  requestMembers, id: ["id": .uuid, "status": .oneOf(PartnershipRequest.Status.self)],
  optional: ["confirmBy": .instant, "partners": .array(.string())]
).named("PartnershipRequest")

/// A request with the themes that its text speaks of.
let proposedRequestSchema = entity(
  requestMembers,
  id: ["id": .uuid, "status": .oneOf(PartnershipRequest.Status.self), "proposedThemes": proposedThemes],
  optional: ["confirmBy": .instant, "partners": .array(.string())]
).named("ProposedRequest")

private let proposedThemes = Schema.array(
  .object(
    required: [
      "theme": .string(example: "environnement/eau-dechets/eau-assainissement"),
      "certainty": .integer(minimum: 0, maximum: 100),
    ], optional: ["completes": .string(example: "environnement/eau-dechets")]
  ).named("ProposedTheme"))

private let profileMembers: [String: Schema] = [
  "status": .oneOf(Profile.Status.self), "themes": themes, "countries": .array(.string(example: "NE")),
  "languages": .array(.string(example: "fr")), "labels": themes, "forms": .array(.oneOf(CooperationForm.self)),
  "weeklyLimit": .integer(minimum: 0, maximum: 20), "delivery": .oneOf(Profile.Delivery.self),
]

let profileDraftSchema = draft(profileMembers, required: []).named("ProfileDraft")
let profileSchema = entity(profileMembers, id: ["collectivite": .string(example: "commune:35051")]).named("Profile")

private let contactMembers: [String: Schema] = [
  "owner": .string(example: "embassy:MG"), "name": .string(maxLength: 200), "email": .string(format: "email"),
  "language": .oneOf(Language.self),
]

let contactDraftSchema = draft(contactMembers, required: ["owner", "name", "email"]).named("ContactDraft")
let contactSchema = entity(
  contactMembers, id: ["id": .uuid, "status": .oneOf(Contact.Status.self), "since": .instant]
).named("Contact")

private let cooperationMembers: [String: Schema] = [
  "title": .string(maxLength: 250), "country": .string(example: "NE"), "foreignPartners": .array(foreignAuthority),
  "collectivites": .array(.string(example: "commune:35051")), "themes": themes, "startsOn": .day, "endsOn": .day,
  "status": .oneOf(Cooperation.Status.self), "description": .string(maxLength: 4_000), "request": .uuid,
]

let cooperationDraftSchema = draft(
  cooperationMembers, required: ["title", "country", "foreignPartners", "collectivites"]
).named("CooperationDraft")
let cooperationSchema = entity(cooperationMembers, id: ["id": .uuid]).named("Cooperation")

private func draft(_ members: [String: Schema], required: Set<String>) -> Schema {
  .object(
    required: members.filter { required.contains($0.key) }, optional: members.filter { !required.contains($0.key) })
}

private func entity(
  _ members: [String: Schema], id: [String: Schema], optional: [String: Schema] = [:]
) -> Schema {
  let always = id.merging(["version": .integer(minimum: 1), "transitions": .array(transition)]) { first, _ in first }
  return .object(
    required: always, optional: members.filter { always[$0.key] == nil }.merging(optional) { first, _ in first })
}
