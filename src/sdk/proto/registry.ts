/**
 * Every message that can travel inside a `google.protobuf.Any` of a resource, an entitlement, a grant, a response or
 * an error: what JSON printing needs. Importing it loads most of the generated code.
 */
import {
  create,
  createFileRegistry,
  createMutableRegistry,
  createRegistry,
  type DescMessage,
  type Registry,
} from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";
import { file_c1_c1z_v1_annotation_sync_details } from "./gen/c1/c1z/v1/annotation_sync_details_pb.ts";
import { file_c1_connector_v2_action } from "./gen/c1/connector/v2/action_pb.ts";
import { file_c1_connector_v2_annotation_baton_id } from "./gen/c1/connector/v2/annotation_baton_id_pb.ts";
import { file_c1_connector_v2_annotation_entitlement } from "./gen/c1/connector/v2/annotation_entitlement_pb.ts";
import { file_c1_connector_v2_annotation_etag } from "./gen/c1/connector/v2/annotation_etag_pb.ts";
import { file_c1_connector_v2_annotation_exclusion_group } from "./gen/c1/connector/v2/annotation_exclusion_group_pb.ts";
import { file_c1_connector_v2_annotation_external_link } from "./gen/c1/connector/v2/annotation_external_link_pb.ts";
import { file_c1_connector_v2_annotation_external_ticket } from "./gen/c1/connector/v2/annotation_external_ticket_pb.ts";
import { file_c1_connector_v2_annotation_grant } from "./gen/c1/connector/v2/annotation_grant_pb.ts";
import { file_c1_connector_v2_annotation_grant_replaced } from "./gen/c1/connector/v2/annotation_grant_replaced_pb.ts";
import { file_c1_connector_v2_annotation_id_alias } from "./gen/c1/connector/v2/annotation_id_alias_pb.ts";
import { file_c1_connector_v2_annotation_ratelimit } from "./gen/c1/connector/v2/annotation_ratelimit_pb.ts";
import { file_c1_connector_v2_annotation_raw_id } from "./gen/c1/connector/v2/annotation_raw_id_pb.ts";
import { file_c1_connector_v2_annotation_request } from "./gen/c1/connector/v2/annotation_request_pb.ts";
import { file_c1_connector_v2_annotation_resource_deleted } from "./gen/c1/connector/v2/annotation_resource_deleted_pb.ts";
import { file_c1_connector_v2_annotation_resource } from "./gen/c1/connector/v2/annotation_resource_pb.ts";
import { file_c1_connector_v2_annotation_resource_tree } from "./gen/c1/connector/v2/annotation_resource_tree_pb.ts";
import { file_c1_connector_v2_annotation_security_insight } from "./gen/c1/connector/v2/annotation_security_insight_pb.ts";
import { file_c1_connector_v2_annotation_session } from "./gen/c1/connector/v2/annotation_session_pb.ts";
import { file_c1_connector_v2_annotation_source_cache } from "./gen/c1/connector/v2/annotation_source_cache_pb.ts";
import { file_c1_connector_v2_annotation_trait } from "./gen/c1/connector/v2/annotation_trait_pb.ts";
import { file_c1_connector_v2_annotation_type_scoped_entitlements } from "./gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.ts";
import { file_c1_connector_v2_annotation_type_scoped_grants } from "./gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts";
import { file_c1_connector_v2_annotation_v1_identifier } from "./gen/c1/connector/v2/annotation_v1_identifier_pb.ts";
import { file_c1_connector_v2_annotation_vendor_agreement } from "./gen/c1/connector/v2/annotation_vendor_agreement_pb.ts";
import { file_c1_connector_v2_annotation_vendor } from "./gen/c1/connector/v2/annotation_vendor_pb.ts";
import { file_c1_connector_v2_asset } from "./gen/c1/connector/v2/asset_pb.ts";
import { file_c1_connector_v2_config } from "./gen/c1/connector/v2/config_pb.ts";
import { file_c1_connector_v2_connector } from "./gen/c1/connector/v2/connector_pb.ts";
import { file_c1_connector_v2_entitlement } from "./gen/c1/connector/v2/entitlement_pb.ts";
import { file_c1_connector_v2_event_feed } from "./gen/c1/connector/v2/event_feed_pb.ts";
import { file_c1_connector_v2_grant } from "./gen/c1/connector/v2/grant_pb.ts";
import { file_c1_connector_v2_resource } from "./gen/c1/connector/v2/resource_pb.ts";
import { file_c1_connector_v2_ticket } from "./gen/c1/connector/v2/ticket_pb.ts";
import { file_google_rpc_status } from "./gen/google/rpc/status_pb.ts";

const known: Registry = createRegistry(
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  file_google_rpc_status,
  file_c1_c1z_v1_annotation_sync_details,
  file_c1_connector_v2_action,
  file_c1_connector_v2_annotation_baton_id,
  file_c1_connector_v2_annotation_entitlement,
  file_c1_connector_v2_annotation_etag,
  file_c1_connector_v2_annotation_exclusion_group,
  file_c1_connector_v2_annotation_external_link,
  file_c1_connector_v2_annotation_external_ticket,
  file_c1_connector_v2_annotation_grant,
  file_c1_connector_v2_annotation_grant_replaced,
  file_c1_connector_v2_annotation_id_alias,
  file_c1_connector_v2_annotation_ratelimit,
  file_c1_connector_v2_annotation_raw_id,
  file_c1_connector_v2_annotation_request,
  file_c1_connector_v2_annotation_resource_deleted,
  file_c1_connector_v2_annotation_resource,
  file_c1_connector_v2_annotation_resource_tree,
  file_c1_connector_v2_annotation_security_insight,
  file_c1_connector_v2_annotation_session,
  file_c1_connector_v2_annotation_source_cache,
  file_c1_connector_v2_annotation_trait,
  file_c1_connector_v2_annotation_type_scoped_entitlements,
  file_c1_connector_v2_annotation_type_scoped_grants,
  file_c1_connector_v2_annotation_v1_identifier,
  file_c1_connector_v2_annotation_vendor_agreement,
  file_c1_connector_v2_annotation_vendor,
  file_c1_connector_v2_asset,
  file_c1_connector_v2_config,
  file_c1_connector_v2_connector,
  file_c1_connector_v2_entitlement,
  file_c1_connector_v2_event_feed,
  file_c1_connector_v2_grant,
  file_c1_connector_v2_resource,
  file_c1_connector_v2_ticket,
);

/**
 * The registry to print JSON with. A message it does not know, from a connector newer than this code, is taken as a
 * message without fields: what is printed is its type, and the rest of the row is not lost over it.
 */
export const annotationRegistry: Registry = {
  kind: "registry",
  [Symbol.iterator]: () => known[Symbol.iterator](),
  get: (name) => known.get(name),
  getMessage: (name) => known.getMessage(name) ?? unknownMessage(name),
  getEnum: (name) => known.getEnum(name),
  getExtension: (name) => known.getExtension(name),
  getExtensionFor: (extendee, number) => known.getExtensionFor(extendee, number),
  getService: (name) => known.getService(name),
};

const unknown = createMutableRegistry();

function unknownMessage(typeName: string): DescMessage | undefined {
  const seen = unknown.getMessage(typeName);
  if (seen) return seen;
  const dot = typeName.lastIndexOf(".");
  const file = create(FileDescriptorProtoSchema, {
    name: `${typeName}.proto`,
    package: typeName.slice(0, Math.max(dot, 0)),
    syntax: "proto3",
    messageType: [{ name: typeName.slice(dot + 1) }],
  });
  const message = createFileRegistry(file, () => undefined).getMessage(typeName);
  if (message) unknown.add(message);
  return message;
}
