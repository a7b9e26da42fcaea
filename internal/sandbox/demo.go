package sandbox

// DemoTemplates are templates as a shop with members and courses has them:
// every kind of parameter occurs, all but the last are one-time.
func DemoTemplates() []Template {
	return []Template{
		{
			ID: "kQ3vYx8nTzR1mWpLcD5sJhGfB0aUeN7iO2yXbVt4KqM", Title: "会员积分到账提醒", Type: OneTime,
			Content: "积分类型：{{thing1.DATA}}\n到账积分：{{number2.DATA}}\n当前积分：{{number3.DATA}}\n到账时间：{{time4.DATA}}\n温馨提示：{{thing5.DATA}}",
			Example: "积分类型：会员日双倍积分\n到账积分：200\n当前积分：1860\n到账时间：2026年11月18日 10:00\n温馨提示：积分可在商城抵扣现金",
		},
		{
			ID: "Zr7WcN2fKdP9xQyTgH4vLmS1bJ6uEoA8iR5wXtYq3Ck", Title: "订单发货通知", Type: OneTime,
			Content: "订单编号：{{character_string1.DATA}}\n商品名称：{{thing2.DATA}}\n订单金额：{{amount3.DATA}}\n物流状态：{{phrase4.DATA}}\n发货时间：{{date5.DATA}}",
			Example: "订单编号：SO20261118000123\n商品名称：手冲咖啡礼盒\n订单金额：¥128.00\n物流状态：已发货\n发货时间：2026年11月18日 15:01",
		},
		{
			ID: "pB6tHs0qVnE3yLzXwK8cRjD1fMgU5aT9oI2vQbNx7Yk", Title: "优惠券到期提醒", Type: OneTime,
			Content: "优惠券名称：{{thing1.DATA}}\n优惠金额：{{amount2.DATA}}\n到期时间：{{date3.DATA}}\n适用范围：{{enum_string4.DATA}}\n备注：{{thing5.DATA}}",
			Example: "优惠券名称：会员生日券\n优惠金额：20元\n到期时间：2026年11月30日\n适用范围：全部门店\n备注：到期未使用将自动失效",
			Enums:   []EnumField{{Key: "enum_string4", Values: []string{"全部门店", "线上商城", "指定门店"}}},
		},
		{
			ID: "Fy1dGx5rJkU8vTqZnM3sCwL7hBpE0oA4iN9cRfXt2Vs", Title: "活动开始提醒", Type: OneTime,
			Content: "活动名称：{{thing1.DATA}}\n活动时间：{{time2.DATA}}\n活动地点：{{thing3.DATA}}\n温馨提示：{{thing4.DATA}}",
			Example: "活动名称：双十二会员日\n活动时间：2026年12月12日 10:00~22:00\n活动地点：线上商城\n温馨提示：限量商品先到先得",
		},
		{
			ID: "Lm4jQe9wTbS6xPzVrK2nYfD8gHcU1aC5oI7uXtRq0Bv", Title: "预约成功通知", Type: OneTime,
			Content: "预约人：{{name1.DATA}}\n预约项目：{{thing2.DATA}}\n预约时间：{{date3.DATA}}\n联系电话：{{phone_number4.DATA}}\n车牌号码：{{car_number5.DATA}}",
			Example: "预约人：张三\n预约项目：车辆保养\n预约时间：2026年11月20日 09:30\n联系电话：0571-88886666\n车牌号码：浙A8Z888",
		},
		{
			ID: "Xc8uRn3kYwG5vHtQzJ1mLpS7dFbE9oA2iB6fKxTq4Nw", Title: "课程开课提醒", Type: LongTerm,
			Content: "课程名称：{{thing1.DATA}}\n上课时间：{{time2.DATA}}\n上课地点：{{thing3.DATA}}\n授课老师：{{name4.DATA}}\n教室编号：{{character_string5.DATA}}",
			Example: "课程名称：少儿编程入门\n上课时间：2026年11月21日 18:30\n上课地点：教学楼二层\n授课老师：李老师\n教室编号：B-203",
		},
	}
}
