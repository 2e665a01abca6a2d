// What a column can be mapped to, per kind of import, and the names (English and Chinese) by which columns are recognised.
import type { ImportField, ImportKind } from '@rapport/sdk/schemas';

export type FieldType = ImportField['type'];
/** `aliases` are further names of columns, compared without case, blanks and signs. */
export type Field = ImportField & { aliases: string[] };

const field = (
  name: string,
  title: string,
  titleZh: string,
  type: FieldType,
  aliases: string,
  required = false,
): Field => ({ name, title, titleZh, type, required, aliases: aliases === '' ? [] : aliases.split('|') });

const customers: Field[] = [
  field(
    'externalId',
    'External id',
    '外部编号',
    'text',
    'customer id|client id|contact id|user id|member id|编号|客户编号|客户id|会员号|会员编号',
  ),
  field('type', 'Type', '类型', 'text', 'customer type|客户类型'),
  field(
    'name',
    'Name',
    '姓名',
    'text',
    'full name|display name|customer name|contact name|客户姓名|客户名称|名称|名字',
  ),
  field('firstName', 'First name', '名', 'text', 'given name|forename|first'),
  field('lastName', 'Last name', '姓', 'text', 'surname|family name|last|姓氏'),
  field('company', 'Company', '公司', 'text', 'company name|organisation|organization|account|公司名称|单位|企业'),
  field('jobTitle', 'Job title', '职位', 'text', 'title|position|role|职务|岗位'),
  field('email', 'E-mail', '电子邮件', 'email', 'mail|email address|e-mail address|邮箱|电子邮箱|邮件|邮箱地址'),
  field(
    'phone',
    'Phone',
    '电话',
    'phone',
    'mobile|phone number|telephone|tel|cell|mobile phone|mobile number|手机|手机号|手机号码|电话号码|联系电话',
  ),
  field('birthday', 'Birthday', '生日', 'day', 'birth date|birthdate|date of birth|dob|出生日期|出生年月日'),
  field('gender', 'Gender', '性别', 'text', 'sex'),
  field('address', 'Address', '地址', 'text', 'street|street address|address line 1|address1|详细地址|住址'),
  field('city', 'City', '城市', 'text', 'town|市|所在城市'),
  field('region', 'Region', '省份', 'text', 'state|province|county|省|地区'),
  field('postalCode', 'Postal code', '邮政编码', 'text', 'postcode|post code|zip|zip code|zipcode|邮编'),
  field('country', 'Country', '国家', 'country', 'country code|country name|国家地区|国家/地区'),
  field('language', 'Language', '语言', 'text', 'locale|lang|preferred language'),
  field('timeZone', 'Time zone', '时区', 'text', 'tz'),
  field('source', 'Source', '来源', 'text', 'lead source|客户来源|渠道'),
  field('stage', 'Stage', '阶段', 'text', 'lifecycle stage|客户阶段'),
  field('ownerId', 'Owner', '负责人', 'text', 'owner id'),
  field('tags', 'Tags', '标签', 'list', 'tag|labels|label'),
  field(
    'createdAt',
    'Created',
    '创建时间',
    'time',
    'created|created on|creation date|signup date|registered at|注册时间|创建日期',
  ),
];

/** Who an order or an event belongs to; one of them is needed. */
const customerRef: Field[] = [
  field(
    'customer.externalId',
    'Customer (external id)',
    '客户外部编号',
    'text',
    'customer id|customerid|customer external id|external customer id|user id|client id|客户编号|会员号',
  ),
  field('customer.email', 'Customer (e-mail)', '客户邮箱', 'email', 'email|e-mail|customer email|邮箱'),
  field('customer.phone', 'Customer (phone)', '客户手机', 'phone', 'phone|mobile|customer phone|手机|手机号'),
  field('customer.id', 'Customer (Rapport id)', '客户ID', 'text', 'rapport id'),
];

const orders: Field[] = [
  field(
    'externalId',
    'Order id',
    '订单号',
    'text',
    'order id|orderid|order no|order number|invoice|invoice no|invoiceno|订单编号|订单号码',
    true,
  ),
  ...customerRef,
  field(
    'orderedAt',
    'Ordered at',
    '下单时间',
    'time',
    'order date|date|ordered on|invoice date|created at|purchase date|日期|订单日期|订单时间|购买时间',
    true,
  ),
  field('currency', 'Currency', '货币', 'text', 'currency code|币种'),
  field('status', 'Status', '状态', 'text', 'order status|订单状态'),
  field('sku', 'Sku', '商品编号', 'text', 'product|product id|item|item id|stock code|stockcode|商品编码|货号'),
  field('name', 'Product name', '商品名称', 'text', 'product name|item name|description|商品|品名'),
  field('category', 'Category', '类别', 'text', 'product category|分类'),
  field('quantity', 'Quantity', '数量', 'integer', 'qty|count|件数'),
  field('unitPrice', 'Unit price', '单价', 'money', 'price|item price'),
  field('lineDiscount', 'Line discount', '行折扣', 'money', ''),
  field('lineTotal', 'Line total', '行小计', 'money', 'line amount|小计'),
  field('lineId', 'Line id', '行号', 'text', 'line external id|line no|line number'),
  field('discount', 'Order discount', '订单折扣', 'money', 'order discount|折扣'),
  field('shipping', 'Shipping', '运费', 'money', 'shipping cost|postage|delivery'),
  field(
    'total',
    'Order total',
    '订单金额',
    'money',
    'order total|amount|grand total|total amount|金额|总金额|订单总额',
  ),
];

const events: Field[] = [
  field('type', 'Type', '类型', 'text', 'event|event type|event name|name|事件|事件类型', true),
  ...customerRef,
  field(
    'occurredAt',
    'Occurred at',
    '发生时间',
    'time',
    'timestamp|time|date|event time|occurred on|created at|时间|日期',
    true,
  ),
  field('id', 'Event id', '事件编号', 'text', 'event id|uuid|dedupe key'),
];

const products: Field[] = [
  field('sku', 'Sku', '商品编号', 'text', 'product id|item id|id|code|stock code|stockcode|商品编码|货号', true),
  field('name', 'Name', '名称', 'text', 'product name|title|item name|商品名称|品名|商品', true),
  field('category', 'Category', '类别', 'text', 'product category|product type|分类'),
  field('description', 'Description', '描述', 'text', 'details|商品描述'),
  field('imageUrl', 'Image', '图片', 'text', 'image|image link|picture|图片地址'),
  field('price', 'Price', '价格', 'money', 'unit price|sale price|单价|售价'),
  field('currency', 'Currency', '货币', 'text', 'currency code|币种'),
  field('stock', 'Stock', '库存', 'integer', 'inventory|quantity|on hand|库存数量'),
  field('status', 'Status', '状态', 'text', 'product status'),
];

const retail: Field[] = [
  field('InvoiceNo', 'Invoice', '发票号', 'text', 'invoice', true),
  field('StockCode', 'Stock code', '货号', 'text', '', true),
  field('Description', 'Description', '描述', 'text', ''),
  field('Quantity', 'Quantity', '数量', 'integer', '', true),
  field('InvoiceDate', 'Invoice date', '日期', 'time', '', true),
  field('UnitPrice', 'Unit price', '单价', 'money', 'price', true),
  field('CustomerID', 'Customer', '客户', 'text', '', true),
  field('Country', 'Country', '国家', 'country', ''),
];

const byKind: Record<ImportKind, Field[]> = { customers, orders, events, products, retail };

export type AttributeDefinition = {
  key: string;
  title: string;
  titleZh?: string | null;
  type: string;
  options?: string[] | null;
};

const attributeTypes: Record<string, FieldType> = {
  text: 'text',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  date: 'day',
  datetime: 'time',
  money: 'money',
  list: 'list',
};

/** The fields of a kind, with the custom attributes there are now. */
export const fieldsOf = (kind: ImportKind, attributes: readonly AttributeDefinition[]): Field[] => [
  ...byKind[kind],
  ...(kind === 'customers'
    ? attributes.map((a) =>
        field(`attribute.${a.key}`, a.title, a.titleZh ?? a.title, attributeTypes[a.type] ?? 'text', a.key),
      )
    : []),
];

/** Fields whose second half the caller names: kept as they come, one member each. */
const open: Record<ImportKind, RegExp | undefined> = {
  customers: /^extra\.[^\s.][^.]{0,99}$|^consent\.[a-z][a-z0-9_-]{0,39}\.[a-z][a-z0-9_-]{0,39}$/,
  events: /^properties\.[^\s.][^.]{0,99}$/,
  orders: undefined,
  products: undefined,
  retail: undefined,
};

/** Names like `extra.<name>`, `consent.<channel>.<purpose>` and `properties.<name>`; only for kinds that have such. */
export const isOpenField = (kind: ImportKind, name: string): boolean => open[kind]?.test(name) ?? false;
