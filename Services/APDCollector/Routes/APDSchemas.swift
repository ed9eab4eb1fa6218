import CooperationModel
import ServiceKit

/// What the routes take and give, for `/openapi.json`.
enum APDSchemas {
  static let draft = Schema.object(required: [
    "collectivite": .string(example: "commune:35051"), "year": .integer(minimum: 1990, maximum: 2200),
    "lines": .array(line, maxItems: DeclarationDraft.maxLines),
  ]).named("DeclarationDraft")

  private static let line = Schema.object(
    required: ["category": .oneOf(DeclarationLine.Category.self), "amount": .money],
    optional: [
      "country": .string(example: "NE"), "recipient": .string(example: "260"), "channel": .string(example: "11002"),
      "purpose": .string(example: "14030"), "theme": .string(), "typeOfAid": .string(example: "C01"),
      "title": .string(maxLength: DeclarationDraft.maxTitle),
      "description": .string(maxLength: DeclarationDraft.maxDescription), "markers": markers, "cooperation": .uuid,
    ]
  ).named("DeclarationLineDraft")

  private static let markers = Schema.object(
    optional: Dictionary(uniqueKeysWithValues: Marker.allCases.map { ($0.rawValue, .integer(minimum: 0, maximum: 2)) }))

  private static let code = Schema.object(required: ["code": .string()], optional: ["name": .string()]).named(
    "NamedCode")
  private static let amounts = Schema.object(required: [
    "total": .money, "refugees": .money, "withoutRefugees": .money, "lines": .integer(minimum: 0),
  ]).named("Amounts")

  static let declaration = Schema.object(
    required: [
      "id": .string(example: "commune:35051/2025/1"), "collectivite": .string(), "year": .integer(),
      "revision": .integer(minimum: 1), "status": .oneOf(Declaration.Status.self), "submittedAt": .instant,
      "by": .string(), "amounts": amounts,
    ],
    optional: [
      "name": .string(), "region": code,
      "lines": .array(
        .object(
          required: [
            "category": code, "recipient": code, "purpose": code, "channel": code, "typeOfAid": code, "amount": .money,
            "title": .string(), "description": .string(), "markers": markers,
          ], optional: ["country": .string(), "cooperation": .uuid])),
      "remarks": .array(
        .object(required: ["pointer": .string(), "code": .string(), "message": .string()])),
    ]
  ).named("Declaration")

  private static let change = Schema.object(
    required: ["total": .money, "withoutRefugees": .money],
    optional: ["totalPermille": .integer(), "withoutRefugeesPermille": .integer()]
  ).named("PreviousYear")

  static let totals = Schema.object(required: [
    "year": .integer(), "amounts": amounts, "previousYear": change, "declarants": .integer(minimum: 0),
    "participation": .array(
      .object(
        required: ["kind": code, "declared": .integer(), "expected": .integer()], optional: ["permille": .integer()])),
    "by": .map(
      .array(
        .object(
          required: ["code": .string(), "amounts": amounts, "previousYear": change], optional: ["name": .string()]))),
  ]).named("Totals")

  static let filterParameters: [Route.Parameter] = [
    .query("year", .integer(), fr: "L’année déclarée", en: "The year declared for"),
    .query("collectivite", .string(), fr: "Le code de la collectivité", en: "The authority’s code"),
    .query("region", .string(), fr: "Le code INSEE d’une région", en: "A région’s INSEE code"),
    .query("recipient", .string(), fr: "Un code de bénéficiaire du CAD", en: "A DAC recipient code"),
    .query("country", .string(), fr: "Le code ISO d’un pays bénéficiaire", en: "A recipient country’s ISO code"),
    .query("category", .oneOf(DeclarationLine.Category.self), fr: "Une catégorie", en: "A category"),
    .query(
      "revisions", .oneOf(["current", "all"]), fr: "Celles qui comptent, ou toutes", en: "Those that count, or all"),
  ]

  static let pageParameters: [Route.Parameter] = [
    .query("limit", .integer(minimum: 1, maximum: 500), fr: "Combien par page", en: "How many a page"),
    .query("after", .string(), fr: "Le curseur de la page précédente", en: "The previous page’s cursor"),
  ]

  static let totalsParameters: [Route.Parameter] = [
    .query("year", .integer(), fr: "L’année\u{202F}; sinon la plus récente", en: "The year; else the newest"),
    .query(
      "by", .string(example: "recipient,region"),
      fr: "Dimensions séparées par des virgules\u{202F}: \(dimensions)",
      en: "Dimensions separated by commas: \(dimensions)"),
    .query(
      "limit", .integer(minimum: 1, maximum: TotalsRequest.maxLimit), fr: "Combien par dimension",
      en: "How many a dimension"),
    .query("rank", .oneOf(["total", "without-refugees"]), fr: "L’ordre", en: "The order"),
    .query(
      "among", .oneOf(["active", "all"]), fr: "La participation de celles qui agissent à l’étranger, ou de toutes",
      en: "The participation of those that act abroad, or of all"),
  ]

  private static let dimensions = YearTotals.Dimension.allCases.map(\.rawValue).joined(separator: ", ")

  static let exportParameters: [Route.Parameter] = [
    .query("year", .integer(), fr: "L’année", en: "The year"),
    .query(
      "format", .oneOf(ExportTemplate.Format.allCases.map(\.rawValue) + ["iati"]), fr: "Les colonnes", en: "The columns"
    ),
    .query("asOf", .instant, fr: "Ce qui comptait à ce moment", en: "What counted at that time"),
    .query(
      "revisions", .string(example: "commune:35051/2025/1"), fr: "Exactement ces révisions, séparées par des virgules",
      en: "Exactly these revisions, separated by commas"),
    .query("part", .oneOf(["file", "manifest"]), fr: "Le fichier, ou ses révisions", en: "The file, or its revisions"),
  ]
}
